// The least that applying objects can cost: the same PATCHes, one after the other on a few kept connections, and nothing else.
import { Pool } from 'undici'
import { pathOf } from './objects.mjs'

/** Seconds for all PATCHes on `connections` connections. */
export async function bareLoop({ url, token, ca }, objects, connections = 16) {
  const pool = new Pool(url, { connections, pipelining: 1, ...(ca === undefined ? {} : { connect: { ca } }) })
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/apply-patch+yaml' }
  const started = performance.now()
  const send = async (object) => {
    const path = pathOf(object, { fieldManager: 'bare-loop', force: 'true' })
    const response = await pool.request({ method: 'PATCH', path, headers, body: JSON.stringify(object) })
    const text = await response.body.text()
    if (response.statusCode >= 300) throw new Error(text)
  }
  const isNamespace = (object) => object.kind === 'Namespace'
  for (const object of objects.filter(isNamespace)) await send(object)
  const rest = objects.filter((object) => !isNamespace(object))
  let next = 0
  const work = async () => {
    while (next < rest.length) await send(rest[next++])
  }
  await Promise.all(Array.from({ length: connections }, work))
  const seconds = (performance.now() - started) / 1000
  await pool.close()
  return seconds
}
