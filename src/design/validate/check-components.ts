import type { Diagnostic } from '../../plan/diagnostic.ts'
import type { ValuePath } from '../../plan/source.ts'
import type { DesignCode } from '../codes.ts'
import type { Component, ComponentOf } from '../component.ts'
import { mistake } from '../mistake.ts'

/** What a schema can't say: keys that only make sense together or apart, and shares that must add up. */
export function checkComponent(component: Component): readonly Diagnostic[] {
  switch (component.section) {
    case 'traffic':
    case 'gateways':
      return checkRoutes(component)
    case 'workloads':
      return checkWorkload(component)
    case 'resources':
      return checkResource(component)
    case 'filters':
      return checkFilter(component)
    case 'meshes':
    case 'authorization':
    case 'external':
    case 'patterns':
    case 'perfChecks':
      return []
  }
}

function wrong(component: Component, code: DesignCode, path: ValuePath, summary: string, hint: string): Diagnostic {
  return mistake(code, path.length === 0 ? component.location : component.locate(path), {
    summary,
    hint,
    address: component.address,
  })
}

function checkRoutes(component: ComponentOf<'traffic'> | ComponentOf<'gateways'>): readonly Diagnostic[] {
  return (component.spec.routes ?? []).flatMap((route, index): Diagnostic[] => {
    const path = ['routes', index]
    const name = route.name === undefined ? `Route ${index + 1}` : `Route ${route.name}`
    const weights = Object.values(route.to ?? {})
    const total = weights.reduce((sum, weight) => sum + weight, 0)
    const found: Diagnostic[] = []
    if (route.to !== undefined && route.redirect !== undefined) {
      found.push(wrong(component, 'MF1402', [...path, 'redirect'], `${name} has both to and redirect`, 'Remove one of the two.'))
    } else if (route.to !== undefined && weights.length === 0) {
      found.push(wrong(component, 'MF1402', [...path, 'to'], `${name} goes nowhere`, 'Name a destination: `to: {v1: 100}`.'))
    } else if (route.to !== undefined && total !== 100) {
      found.push(
        wrong(
          component,
          'MF1401',
          [...path, 'to'],
          `The weights of ${name.toLowerCase().replace(/^route /, 'route ')} add up to ${total}, not 100`,
          'Weights are shares in per cent.',
        ),
      )
    }
    return found
  })
}

function checkWorkload(component: ComponentOf<'workloads'>): readonly Diagnostic[] {
  const { manifests, image, versions } = component.spec
  if (manifests !== undefined && image !== undefined) {
    return [wrong(component, 'MF1403', ['image'], `${component.address} has manifests and an image`, 'Remove one of the two.')]
  }
  if (manifests !== undefined || image !== undefined) return []
  const lacking = Object.entries(versions ?? {}).filter(([, version]) => version.image === undefined)
  if (versions !== undefined && Object.keys(versions).length > 0) {
    return lacking.map(([name]) =>
      wrong(
        component,
        'MF1403',
        ['versions', name],
        `Version ${name} of ${component.address} has no image`,
        'Give it an image, or the workload one for all versions.',
      ),
    )
  }
  return [
    wrong(
      component,
      'MF1403',
      [],
      `${component.address} has neither manifests nor an image`,
      'Give it `manifests: [path]` or `image: ...`.',
    ),
  ]
}

function checkResource(component: ComponentOf<'resources'>): readonly Diagnostic[] {
  const { manifest, manifests } = component.spec
  if ((manifest === undefined) !== (manifests === undefined)) return []
  const both = manifest !== undefined
  return [
    wrong(
      component,
      'MF1404',
      both ? ['manifests'] : [],
      `${component.address} has ${both ? 'both manifest and manifests' : 'neither manifest nor manifests'}`,
      both ? 'Remove one of the two.' : 'Write the object out under `manifest`, or name files under `manifests`.',
    ),
  ]
}

function checkFilter(component: ComponentOf<'filters'>): readonly Diagnostic[] {
  const { source, code, kind, workloads, gateways, mesh } = component.spec
  const found: Diagnostic[] = []
  if (source !== undefined && code !== undefined) {
    found.push(wrong(component, 'MF1406', ['code'], `${component.address} has both source and code`, 'Remove one of the two.'))
  } else if (source === undefined && code === undefined && (kind === undefined || kind === 'wasm' || kind === 'lua')) {
    found.push(
      wrong(
        component,
        'MF1406',
        [],
        `${component.address} has neither source nor code`,
        'Say where its module is: `source: ...`.',
      ),
    )
  }
  if ((workloads ?? []).length + (gateways ?? []).length === 0 && mesh === undefined) {
    found.push(
      wrong(component, 'MF1406', [], `${component.address} is attached to nothing`, 'Name `workloads`, `gateways` or a `mesh`.'),
    )
  }
  return found
}
