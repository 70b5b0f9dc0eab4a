// The least that applying objects can cost: the same PATCHes, one after the other on a few kept connections, and nothing else.
// They are meshform's to the letter, but for who sends them: a server that has to get used to other ones would be slower for either.
import { Pool } from 'undici'
import { pathOf } from './objects.mjs'

/**
 * Seconds for all PATCHes on `connections` connections, and those until a watch has shown every Deployment taken up by its controller,
 * as a tool that waits for health must do.
 */
export async function bareLoop({ url, token, ca }, objects, connections = 16) {
  const pool = new Pool(url, { connections, pipelining: 1, ...(ca === undefined ? {} : { connect: { ca } }) })
  const headers = {
    'user-agent': 'bare-loop',
    authorization: `Bearer ${token}`,
    accept: 'application/json',
    'content-type': 'application/apply-patch+yaml',
  }
  const started = performance.now()
  const send = async (object) => {
    const path = pathOf(object, { fieldManager: 'bare-loop', fieldValidation: 'Strict' })
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
  const sent = (performance.now() - started) / 1000
  await takenUp(pool, headers, objects)
  const waited = (performance.now() - started) / 1000
  await pool.destroy().catch(() => {})
  return { sent, waited }
}

async function takenUp(pool, { authorization }, objects) {
  const open = new Set(
    objects.filter(({ kind }) => kind === 'Deployment').map(({ metadata }) => `${metadata.namespace}/${metadata.name}`),
  )
  const look = ({ metadata, status }) => {
    if ((status?.observedGeneration ?? 0) >= metadata.generation) open.delete(`${metadata.namespace}/${metadata.name}`)
    return open.size === 0
  }
  if (open.size === 0) return
  const path = '/apis/apps/v1/deployments'
  const listed = await pool.request({ method: 'GET', path, headers: { authorization } })
  const { items, metadata } = await listed.body.json()
  items.forEach(look)
  if (open.size === 0) return
  const query = `?watch=1&resourceVersion=${metadata.resourceVersion}`
  const { body } = await pool.request({
    method: 'GET',
    path: `${path}${query}`,
    headers: { authorization },
    bodyTimeout: 600_000,
  })
  // Given up in the middle: a watch does not end by itself.
  body.on('error', () => {})
  let rest = ''
  for await (const chunk of body) {
    const lines = `${rest}${chunk}`.split('\n')
    rest = lines.pop() ?? ''
    if (lines.some((line) => look(JSON.parse(line).object))) return
  }
  throw new Error(`The watch ended with ${open.size} Deployments not taken up`)
}
