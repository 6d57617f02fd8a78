// Lets the tests drive a client: one JSON object a line asks for a step, one a line answers.
// No secret goes out: what the client was given stays in this process.
import { createInterface } from 'node:readline'

/** What may be told of a token. */
export function about({ accessToken, refreshToken, scope, lifetime }) {
  return {
    access: accessToken.slice(0, 5),
    refresh: refreshToken?.slice(0, 5) ?? null,
    scope: scope ?? null,
    lifetime: lifetime ?? null,
  }
}

/** What may be told of an answer of the API. */
export async function answer(response) {
  return { status: response.status, body: await response.text() }
}

/** A refusal: the error that the library raised, by the code and words of the server where it has them. */
export class Refused extends Error {
  constructor(code, says) {
    super(says)
    this.code = code
  }
}

export async function serve(steps) {
  for await (const line of createInterface({ input: process.stdin })) {
    const { do: step, ...given } = JSON.parse(line)
    let said
    try {
      said = (await steps[step](given)) ?? {}
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      said = { refused: { code: error.code ?? null, says: error.message } }
    }
    process.stdout.write(JSON.stringify(said) + '\n')
  }
}
