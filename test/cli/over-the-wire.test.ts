import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Project } from './project.ts'

const design = ['-f', 'patterns/bookinfo-canary']
let server: Project
let client: Project
let wire: readonly string[]

beforeAll(async () => {
  server = new Project()
  client = new Project()
  client.copy('patterns/bookinfo-canary')
  // `sandbox kubeconfig` starts a server in the background where none runs.
  const { code, stdout } = await server.run(['sandbox', 'kubeconfig'])
  expect(code).toBe(0)
  client.write({ kubeconfig: stdout })
  const context = /^current-context: (\S+)$/m.exec(stdout)?.[1] ?? ''
  wire = ['--context', context, '--kubeconfig', 'kubeconfig']
})

afterAll(async () => {
  await server.run(['sandbox', 'stop'])
  server.dispose()
  client.dispose()
})

describe.sequential('a cluster that a kubeconfig names', () => {
  test('gives the same plan as the sandbox in the process', async () => {
    const local = await client.run(['plan', ...design])
    const remote = await client.run(['plan', ...design, ...wire])
    expect(remote.code).toBe(0)
    expect(remote.stdout).toBe(local.stdout)
  })

  test('takes the apply, and has nothing to do afterwards', async () => {
    const { code, stderr } = await client.run(['apply', ...design, ...wire, '--yes'])
    expect(stderr).not.toContain('✗')
    expect(code).toBe(0)
    const again = await client.run(['plan', ...design, ...wire, '--detailed-exitcode'])
    expect(again).toMatchObject({ code: 0, stdout: 'No changes. 25 objects as designed.\n' })
  })

  test('has a state of its own: the sandbox in the process still has nothing', async () => {
    expect((await client.run(['plan', ...design])).stdout).toContain('Plan: 25 to create.')
    const listed = (await client.run(['state', 'list', ...design, ...wire])).stdout.trim().split('\n')
    expect(listed.filter((line) => line.endsWith(` ${wire[1]}`))).toHaveLength(25)
  })

  test('is empty again after destroy', async () => {
    expect((await client.run(['destroy', ...design, ...wire, '--yes'])).code).toBe(0)
    expect((await client.run(['plan', ...design, ...wire])).stdout).toContain('Plan: 25 to create.')
  })

  test('is reached through the proxy that the kubeconfig names', async () => {
    let tunnels = 0
    const proxy = createServer().on('connect', (request, socket, head) => {
      tunnels++
      const [host = '', port = ''] = (request.url ?? '').split(':')
      const beyond = connect(Number(port), host, () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n')
        beyond.write(head)
        beyond.pipe(socket).pipe(beyond)
      })
      beyond.on('error', () => socket.destroy())
      socket.on('error', () => beyond.destroy())
    })
    await new Promise<void>((listening) => proxy.listen(0, '127.0.0.1', listening))
    const address = proxy.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const text = readFileSync(client.path('kubeconfig'), 'utf8')
    client.write({ proxied: text.replace(/^( *)(server: .*)$/m, `$1$2\n$1proxy-url: http://127.0.0.1:${port}`) })
    const plan = await client.run(['plan', ...design, ...wire.slice(0, 2), '--kubeconfig', 'proxied'])
    proxy.close()
    expect(plan.stdout).toContain('Plan: 25 to create.')
    expect(tunnels).toBeGreaterThan(0)
  })

  test('that is not in the kubeconfig, or does not answer, is told at once', async () => {
    const unknown = await client.run(['plan', ...design, '--context', 'nowhere', '--kubeconfig', 'kubeconfig'])
    expect(unknown.code).toBe(1)
    expect(unknown.stderr).toContain('nowhere')
    await server.run(['sandbox', 'stop'])
    const gone = await client.run(['plan', ...design, ...wire])
    expect(gone.code).toBe(1)
    expect(gone.stderr).toContain('MF5001')
  })
})
