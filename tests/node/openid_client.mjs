// An application on openid-client, in the way of its documentation.
import { webcrypto } from 'node:crypto'

import { about, answer, Refused, serve } from './lines.mjs'

globalThis.crypto ??= webcrypto // Node 18 has it under this name alone.
const client = await import('openid-client')
const { processResourceDiscoveryResponse } = await import('oauth4webapi')

// The server of the tests speaks http, on loopback.
const overHttp = { execute: [client.allowInsecureRequests] }

let settings, config, verifier, state
const tokens = []

async function asked(request) {
  try {
    return await request()
  } catch (error) {
    const known = [
      client.ResponseBodyError,
      client.AuthorizationResponseError,
      client.WWWAuthenticateChallengeError,
      client.ClientError,
    ]
    if (!known.some((kind) => error instanceof kind)) throw error
    // Where the token endpoint refuses Basic the library sees its challenge; the body says why (RFC 6749 §5.2).
    const body = error instanceof client.WWWAuthenticateChallengeError ? await error.response.json() : error
    const says = [error.message, error.cause?.message, body.error_description]
    throw new Refused(body.error ?? error.code, says.filter(Boolean).join('; '))
  }
}

function keep(got) {
  tokens.push(got)
  return about({
    accessToken: got.access_token,
    refreshToken: got.refresh_token,
    scope: got.scope,
    lifetime: got.expires_in,
  })
}

const newest = () => tokens[tokens.length - 1]

async function discover(issuer, id, secret) {
  const how = secret ? client.ClientSecretBasic(secret) : client.None()
  const options = { ...overHttp, algorithm: 'oauth2' }
  return asked(() => client.discovery(new URL(issuer), id, undefined, how, options))
}

await serve({
  async configure(given) {
    settings = given
    if (settings.client_id) config = await discover(settings.issuer, settings.client_id, settings.secret)
  },

  async register({ name }) {
    config = await asked(() =>
      client.dynamicClientRegistration(
        new URL(settings.issuer),
        {
          client_name: name,
          redirect_uris: [settings.redirect_uri],
          grant_types: ['authorization_code', 'refresh_token'],
          response_types: ['code'],
          token_endpoint_auth_method: 'none',
        },
        client.None(),
        { ...overHttp, algorithm: 'oauth2' },
      ),
    )
    return { client_id: config.clientMetadata().client_id }
  },

  async find({ api }) {
    // It knows the address of the API alone, and has a token that is good no more (RFC 9728 §5.1).
    const stranger = new client.Configuration({ issuer: api }, 'stranger')
    client.allowInsecureRequests(stranger)
    let challenges
    try {
      await client.fetchProtectedResource(stranger, 'none', new URL(`${api}${settings.hello}`), 'POST')
    } catch (error) {
      if (!(error instanceof client.WWWAuthenticateChallengeError)) throw error
      challenges = error.cause
    }
    const pointer = challenges.find(({ scheme }) => scheme === 'bearer').parameters.resource_metadata
    const metadata = await processResourceDiscoveryResponse(new URL(api), await fetch(pointer))
    const found = await discover(metadata.authorization_servers[0], 'stranger')
    return { issuer: found.serverMetadata().issuer, token_endpoint: found.serverMetadata().token_endpoint }
  },

  async start() {
    state = client.randomState()
    const asks = { redirect_uri: settings.redirect_uri, scope: settings.scope, state }
    if (settings.pkce) {
      verifier = client.randomPKCECodeVerifier()
      asks.code_challenge = await client.calculatePKCECodeChallenge(verifier)
      asks.code_challenge_method = 'S256'
    }
    return { open: client.buildAuthorizationUrl(config, asks).href }
  },

  async finish({ redirect }) {
    const checks = { pkceCodeVerifier: verifier, expectedState: state }
    return keep(await asked(() => client.authorizationCodeGrant(config, new URL(redirect), checks)))
  },

  async call({ address, body }) {
    const headers = new Headers({ 'content-type': 'application/json' })
    try {
      const token = newest().access_token
      return await answer(
        await client.fetchProtectedResource(config, token, new URL(address), 'POST', body, headers),
      )
    } catch (error) {
      if (!(error instanceof client.WWWAuthenticateChallengeError)) throw error
      return { ...(await answer(error.response)), challenges: error.cause }
    }
  },

  async refresh({ which }) {
    const token = (which === 'first' ? tokens[0] : newest()).refresh_token
    return keep(await asked(() => client.refreshTokenGrant(config, token)))
  },

  async introspect() {
    return asked(() => client.tokenIntrospection(config, newest().access_token))
  },

  async revoke({ kind }) {
    await asked(() =>
      client.tokenRevocation(config, newest()[`${kind}_token`], { token_type_hint: `${kind}_token` }),
    )
  },
})
