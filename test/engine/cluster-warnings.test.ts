import { expect, test } from 'vitest'
import { connectAll } from '../../src/engine/connect.ts'
import { ServerWarnings } from '../../src/engine/server-warnings.ts'
import type { Diagnostic } from '../../src/plan/diagnostic.ts'
import type { Target } from '../../src/targets/contract.ts'
import { renderDiagnostics } from '../../src/views/terminal/diagnostics.ts'
import { styleFor } from '../../src/views/terminal/style.ts'

const shown = (diagnostics: readonly Diagnostic[]) => renderDiagnostics(diagnostics, styleFor({}, {}), () => undefined)

test('what a server warns about is told once, with the first object it is said of', () => {
  const warnings = new ServerWarnings([])
  for (const name of ['b', 'a']) {
    warnings.add(['v1 Endpoints is deprecated in v1.33+'], {
      key: { cluster: 'east', group: '', kind: 'Endpoints', namespace: 'shop', name },
      address: `resources.${name}`,
      location: { file: 'shop.yaml', line: 8, column: 3 },
    })
  }
  expect(shown(warnings.diagnostics())).toMatchInlineSnapshot(`
    "warning The server warns about Endpoints shop/a and 1 more [MF5022]
    │ shop.yaml:8:3  resources.a
    │ v1 Endpoints is deprecated in v1.33+
    "
  `)
})

test('a cluster that is reached in an unsafe way is used, and said to be', async () => {
  const target = {
    describe: async () => ({
      ok: true,
      value: { kind: 'kubernetes', context: 'east', server: 'https://e', version: '1.36' },
      warnings: [],
    }),
    served: async () => ({ ok: true, value: { all: [], find: () => undefined }, warnings: [] }),
  } as unknown as Target
  const nobody = () => Promise.reject(new Error('nobody asks for this kind of cluster'))
  const { diagnostics, clusters } = await connectAll(
    ['sandbox'],
    undefined,
    {
      sandbox: nobody,
      consul: nobody,
      kubernetes: async () => ({ ok: true, value: target, warnings: ['its certificate is not checked'] }),
    },
    { offline: false, context: 'east', kubeconfig: undefined },
    new AbortController().signal,
  )
  expect(clusters).toMatchObject([{ kind: 'kubernetes', server: 'https://e' }])
  expect(shown(diagnostics)).toMatchInlineSnapshot(`
    "warning Cluster east is reached in an unsafe way [MF5021]
    │ its certificate is not checked.
    │ → Mend its entry in the kubeconfig.
    "
  `)
})
