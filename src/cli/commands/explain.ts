import { Command } from 'commander'
import { closest } from 'fastest-levenshtein'
import type { Design } from '../../design/design.ts'
import type { Diagnostic } from '../../plan/diagnostic.ts'
import { describeObject } from '../../plan/manifest.ts'
import { formatLocation } from '../../plan/source.ts'
import type { DesiredObject } from '../../planner/desired-object.ts'
import { expandDesign } from '../../planner/expand.ts'
import { explainObject } from '../../providers/explain/explain-object.ts'
import { styleFor } from '../../views/terminal/style.ts'
import type { CommandIo } from '../command-io.ts'
import { type DesignOptions, withDesignOptions } from '../design-options.ts'
import { terminalView } from '../open-view.ts'
import { catalogFor } from '../provider-catalog.ts'
import { readDesign } from '../read-design.ts'
import { ruleLines } from '../rule-lines.ts'

/** `meshform explain ADDRESS`: what the objects of a component will do, in words. Asks no cluster. */
export function explainCommand(io: CommandIo): Command {
  return withDesignOptions(new Command('explain'))
    .summary('Say in words what a component will do')
    .description(
      "Says in words what the mesh's objects of a component will do: told from the objects themselves, not from the design.",
    )
    .argument('<address>', 'address of a component, such as traffic.reviews')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  meshform explain traffic.reviews -f patterns/bookinfo-canary\n  meshform explain authorization.reviews\n',
    )
    .action((address: string, options: DesignOptions & { readonly json?: boolean }) => explain(io, address, options))
}

async function explain(io: CommandIo, address: string, options: DesignOptions & { readonly json?: boolean }): Promise<void> {
  const { design, diagnostics } = await readDesign(io, options)
  if (design === undefined) {
    terminalView(io).diagnostics(diagnostics)
    io.setExitCode(1)
    return
  }
  const expansion = expandDesign({
    ...(await catalogFor(design)),
    design,
    owner: { design: design.name, workspace: 'default' },
    served: () => undefined,
  })
  const objects = expansion.objects.filter((object) => object.address === address)
  const about = [...diagnostics, ...expansion.diagnostics].filter((diagnostic) => diagnostic.address === address)
  const unknown = objects.length === 0 && !design.components.some((component) => component.address === address)
  const found = unknown ? [unknownAddress(address, design, expansion.objects)] : about
  if (found.length > 0) terminalView(io).diagnostics(found)
  if (found.some((diagnostic) => diagnostic.severity === 'error')) io.setExitCode(1)
  if (unknown) return
  io.stdout.write(options.json === true ? `${JSON.stringify(asJson(address, objects), null, 2)}\n` : text(io, address, objects))
}

function unknownAddress(address: string, design: Design, objects: readonly DesiredObject[]): Diagnostic {
  const addresses = [...new Set([...design.components, ...objects].map((item) => item.address))]
  return {
    severity: 'error',
    code: 'MF2012',
    summary: `There is no component "${address}"`,
    ...(/^MF\d{4}$/.test(address)
      ? { hint: 'Codes of messages are explained in docs/diagnostics.md; this command explains components.' }
      : addresses.length === 0
        ? {}
        : { hint: `Did you mean "${closest(address, addresses)}"?` }),
  }
}

function asJson(address: string, objects: readonly DesiredObject[]) {
  return {
    address,
    objects: objects.map(({ key, manifest, origin, ...object }) => ({
      apiVersion: manifest.apiVersion,
      kind: key.kind,
      namespace: key.namespace,
      name: key.name,
      cluster: key.cluster,
      origin,
      says: explainObject(manifest),
      rules: ruleLines(object),
    })),
  }
}

function text(io: CommandIo, address: string, objects: readonly DesiredObject[]): string {
  const { colors } = styleFor(io.stdout as NodeJS.WriteStream, io.env)
  const blocks = objects.map(({ key, manifest, origin, ...object }) => {
    const place = origin.file === '' ? '' : colors.dim(`  ${formatLocation(origin)}`)
    const lines = [...explainObject(manifest), ...ruleLines(object)].map((line) => `  ${line}`)
    return [
      `${colors.bold(describeObject(key))}${place}`,
      ...(lines.length === 0 ? [colors.dim('  only has to be there')] : lines),
    ].join('\n')
  })
  return `${[colors.bold(address), ...(blocks.length === 0 ? [colors.dim('makes no objects of its own: what it says stands in those of other components, or nowhere')] : blocks)].join('\n\n')}\n`
}
