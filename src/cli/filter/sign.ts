import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { Command } from 'commander'
import { describeSignature, keyId, signModule, verifyModule } from '../../filters/registry/dsse.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import type { CommandIo } from '../command-io.ts'
import { collect } from '../design-options.ts'
import { terminalView } from '../open-view.ts'
import { writeFileAtomically } from '../write-file.ts'
import { openModule } from './open-module.ts'

/** Reads a key in PEM. */
export async function readKey(
  io: CommandIo,
  path: string,
  kind: 'private' | 'public',
): Promise<{ readonly ok: true; readonly key: KeyObject } | { readonly ok: false; readonly diagnostic: Diagnostic }> {
  try {
    const text = await readFile(resolve(io.cwd, path), 'utf8')
    return { ok: true, key: kind === 'private' ? createPrivateKey(text) : createPublicKey(text) }
  } catch (error) {
    // The text of a key is never shown, and OpenSSL's messages don't hold it.
    const detail = error instanceof Error ? `${error.message}.` : 'It is no key.'
    return {
      ok: false,
      diagnostic: { severity: 'error', code: 'MF6003', summary: `${path} is not a ${kind} key in PEM`, detail },
    }
  }
}

/** `meshform filter sign`: a signature beside a module. */
export function filterSignCommand(io: CommandIo): Command {
  return new Command('sign')
    .summary('Sign a module')
    .description('Signs a module with a private key and writes the signature (DSSE) beside it. Asks no server.')
    .argument('<file>', 'the module')
    .requiredOption('--key <file>', 'private key in PEM: Ed25519, ECDSA or RSA')
    .addHelpText(
      'after',
      '\nExamples:\n  openssl genpkey -algorithm ed25519 -out key.pem\n  meshform filter sign auth.wasm --key key.pem\n',
    )
    .action(async (file: string, options: { readonly key: string }) => {
      const key = await readKey(io, options.key, 'private')
      const opened = await openModule(io, file, { folder: io.cwd })
      const problems = [...(key.ok ? [] : [key.diagnostic]), ...(opened.ok ? [] : [opened.diagnostic])]
      if (!key.ok || !opened.ok) {
        terminalView(io).diagnostics(problems)
        io.setExitCode(1)
        return
      }
      const envelope = signModule(basename(file), opened.module.bytes, key.key)
      await writeFileAtomically(resolve(io.cwd, `${file}.dsse.json`), `${JSON.stringify(envelope, null, 2)}\n`, 0o644)
      io.stdout.write(`${file}.dsse.json signs sha256:${opened.module.sha256} with key ${keyId(key.key).slice(0, 16)}\n`)
    })
}

/** `meshform filter verify`: is a module signed, and by whom. */
export function filterVerifyCommand(io: CommandIo): Command {
  return new Command('verify')
    .summary("Check a module's signature")
    .description(
      'Says whether a module is signed, and with --key whether by that key. Asks no server but the one that the module comes from.',
    )
    .argument('<source>', 'file, or oci:// address')
    .option('--key <file>', 'public key in PEM that is trusted; may be given several times', collect, [])
    .option('--json', 'as JSON')
    .action(async (source: string, options: { readonly key: readonly string[]; readonly json?: boolean }) => {
      const keys = await Promise.all(options.key.map((path) => readKey(io, path, 'public')))
      const opened = await openModule(io, source, { folder: io.cwd })
      const problems = [...keys.flatMap((key) => (key.ok ? [] : [key.diagnostic])), ...(opened.ok ? [] : [opened.diagnostic])]
      if (!opened.ok || problems.length > 0) {
        terminalView(io).diagnostics(problems)
        io.setExitCode(1)
        return
      }
      const trusted = keys.flatMap((key) => (key.ok ? [key.key] : []))
      const verdict = verifyModule(opened.module.bytes, opened.module.signature, trusted)
      if (verdict.kind === 'invalid' || (trusted.length > 0 && verdict.kind !== 'verified')) io.setExitCode(1)
      if (options.json === true)
        io.stdout.write(`${JSON.stringify({ source, sha256: opened.module.sha256, ...verdict }, null, 2)}\n`)
      else io.stdout.write(`${source}: ${describeSignature(verdict)}\n`)
    })
}
