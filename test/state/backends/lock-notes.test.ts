import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { LockNotes } from '../../../src/state/backends/http/lock-notes.ts'
import type { LockInfo } from '../../../src/state/lock-info.ts'

const REF = { workspace: 'default', design: 'shop' }
const LEFT: LockInfo = { id: 'left', operation: 'apply', who: 'a@b', pid: 9, machine: 'here', created: 'then', version: '1' }

test('a note that a killed run left is found, whatever else stands beside it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'meshform-notes-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const notes = new LockNotes(folder, { who: 'a@b', pid: 1, machine: 'here', isAlive: (pid) => pid === 1 })
  await notes.write(REF, LEFT, 1000)
  await notes.write(REF, { ...LEFT, id: 'elsewhere', machine: 'there' }, 1000)
  await notes.write(REF, { ...LEFT, id: 'alive', pid: 1 }, 1000)
  const place = (name: string) => join(folder, REF.workspace, `shop.lock-${name}.lock`)
  await writeFile(place('cut'), '{"ID": "x')
  await writeFile(place('deep'), '['.repeat(100_000))
  await writeFile(place('other'), '{"ID": "x", "meshform": {"pid": -1, "machine": "here"}}')
  await mkdir(place('folder'))
  await symlink(join(folder, 'nowhere'), place('link'))
  // It would be waited for without end.
  execFileSync('mkfifo', [place('pipe')])
  expect(await notes.left(REF)).toEqual([LEFT])
})
