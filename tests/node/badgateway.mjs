// An application on @badgateway/oauth2-client, in the way of its README.
import { randomBytes } from 'node:crypto'

import { generateCodeVerifier, OAuth2Client, OAuth2Error, OAuth2Fetch } from '@badgateway/oauth2-client'

import { about, answer, Refused, serve } from './lines.mjs'

let settings, client, verifier, state
const tokens = []

async function asked(request) {
  try {
    return await request()
  } catch (error) {
    // It reports a wrong state by an error without a code.
    const own = error instanceof OAuth2Error || error.constructor === Error
    if (!own) throw error
    throw new Refused(error.oauth2Code, error.message)
  }
}

function keep(got) {
  tokens.push(got)
  return about({
    accessToken: got.accessToken,
    refreshToken: got.refreshToken,
    scope: got.scope?.join(' '),
    lifetime: Math.round((got.expiresAt - Date.now()) / 1000),
  })
}

const newest = () => tokens[tokens.length - 1]

const posted = (body) => ({ method: 'POST', headers: { 'content-type': 'application/json' }, body })

await serve({
  configure(given) {
    settings = given
    client = new OAuth2Client({
      server: settings.issuer,
      clientId: settings.client_id,
      ...(settings.secret ? { clientSecret: settings.secret } : {}),
    })
  },

  async start() {
    state = randomBytes(16).toString('hex')
    verifier = settings.pkce ? await generateCodeVerifier() : undefined
    const asks = {
      redirectUri: settings.redirect_uri,
      scope: settings.scope.split(' '),
      state,
      codeVerifier: verifier,
    }
    return { open: await client.authorizationCode.getAuthorizeUri(asks) }
  },

  async finish({ redirect }) {
    const checks = { redirectUri: settings.redirect_uri, state, codeVerifier: verifier }
    return keep(await asked(() => client.authorizationCode.getTokenFromCodeRedirect(redirect, checks)))
  },

  async call({ address, body }) {
    const wrapper = new OAuth2Fetch({
      client,
      getNewToken: () => null,
      getStoredToken: () => newest(),
      storeToken: keep,
      scheduleRefresh: false,
    })
    try {
      return await answer(await wrapper.fetch(address, posted(body)))
    } catch (error) {
      if (!error.message.includes('a full reauth may be needed')) throw error
      throw new Refused('login_needed', error.message)
    }
  },

  age() {
    newest().expiresAt = 1
  },

  async refresh({ which }) {
    const token = which === 'first' ? tokens[0] : newest()
    return keep(await asked(() => client.refreshToken(token)))
  },

  async introspect() {
    return asked(() => client.introspect(newest()))
  },

  async revoke({ kind }) {
    await asked(() => client.revoke(newest(), `${kind}_token`))
  },
})
