import type { Conformance, ExpectedObject } from './conform.ts'

type Rule = { readonly [key: string]: unknown }

const account = (name: string, namespace = 'shop') => ({ kind: 'ServiceAccount', name, namespace })

/** What TrafficSplits, HTTPRouteGroups and TrafficTargets must say, whichever mesh carries them out. */
export function smiMeaning(mesh: {
  readonly rootService: string
  readonly headers: 'list' | 'map'
  readonly pathStart: '' | '^'
  /** Text that a TrafficTarget's destination carries more. */
  readonly port?: number
}): Conformance['meaning'] {
  const split = (backends: { readonly [service: string]: number }, more: object = {}): ExpectedObject => ({
    kind: 'TrafficSplit',
    spec: {
      service: mesh.rootService,
      backends: Object.entries(backends).map(([service, weight]) => ({ service, weight })),
      ...more,
    },
  })
  const headers = (values: { readonly [name: string]: string }) =>
    mesh.headers === 'map' ? values : Object.entries(values).map(([name, value]) => ({ [name]: value }))
  const group = (...matches: readonly Rule[]): ExpectedObject => ({ kind: 'HTTPRouteGroup', spec: { matches } })
  const matching = (match: Rule): readonly ExpectedObject[] => [
    group({ name: 'match-1', pathRegex: '.*', methods: ['*'], ...match }),
    {
      ...split({ 'backend-v2': 100 }, { matches: [{ kind: 'HTTPRouteGroup', name: 'backend-match' }] }),
      metadata: { name: 'backend' },
    },
    { ...split({ 'backend-v1': 100 }), metadata: { name: 'backend-2' } },
  ]
  const target = (rule: Rule, sources: readonly object[] = [account('frontend')]): ExpectedObject => ({
    kind: 'TrafficTarget',
    metadata: { name: 'backend-rules' },
    spec: { destination: account('backend'), rules: [{ kind: 'HTTPRouteGroup', ...rule }], sources },
  })
  const ruled = (...matches: readonly Rule[]): readonly ExpectedObject[] => [
    group(
      ...matches.map((match, index) => ({
        name: index === 0 ? 'rule-1' : `rule-1-${index + 1}`,
        pathRegex: '.*',
        methods: ['*'],
        ...match,
      })),
    ),
    target({ name: 'backend-rules', matches: matches.map((_, index) => (index === 0 ? 'rule-1' : `rule-1-${index + 1}`)) }),
  ]
  const start = mesh.pathStart
  return {
    'traffic.split': [split({ 'backend-v1': 90, 'backend-v2': 10 })],
    'traffic.otherWorkloads': [split({ frontend: 100 })],
    'traffic.match.path': matching({ pathRegex: `${start}/reviews$` }),
    'traffic.match.pathPrefix': matching({ pathRegex: `${start}/re.*` }),
    'traffic.match.headers': matching({ headers: headers({ 'end-user': '^jason$' }) }),
    'traffic.match.method': matching({ methods: ['GET'] }),
    'traffic.match.regex': matching({ pathRegex: `${start}/reviews/[0-9]+$` }),
    'traffic.match.prefix': matching({ headers: headers({ 'end-user': '^test-.*' }) }),
    'traffic.tcp': [
      {
        kind: 'TrafficSplit',
        spec: {
          service: mesh.rootService.replace('backend', 'database'),
          backends: [
            { service: 'database-v1', weight: 90 },
            { service: 'database-v2', weight: 10 },
          ],
        },
      },
    ],
    'authorization.wide': ['frontend', 'backend'].map((name) => ({
      kind: 'TrafficTarget',
      metadata: { name: `${name}-rules` },
      spec: { destination: account(name), sources: [account('frontend')] },
    })),
    'authorization.allow': [
      group({ name: 'all', pathRegex: '.*', methods: ['*'] }),
      target({ name: 'backend-all', matches: ['all'] }),
    ],
    'authorization.methods': ruled({ methods: ['GET', 'HEAD'] }),
    'authorization.paths': ruled({ pathRegex: `${start}/reviews/.*` }, { pathRegex: `${start}/health$` }),
    'authorization.headers': ruled({ headers: headers({ 'x-team': '^shop$' }) }),
    'authorization.headers.regex': ruled({ headers: headers({ 'x-team': '^shop-.*$' }) }),
    'authorization.principal': [target({ name: 'backend-all', matches: ['all'] }, [account('deployer', 'ops')])],
  }
}
