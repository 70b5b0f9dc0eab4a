import type { JsonObject } from '../../plan/json.ts'
import type { Manifest } from '../../plan/manifest.ts'
import type { ValuePath } from '../../plan/source.ts'
import { isAddressBlock } from '../address-block.ts'
import { type AdmissionTable, type Refusal, refusals } from '../admission.ts'
import { expressionProblem } from '../expression.ts'
import { numberIn, objectIn, objectsIn, stringIn, stringsIn, valueIn } from '../json-view.ts'

/** What Cilium's agents refuse beyond the schemas (cilium pkg/policy/api/rule_validation.go, pkg/ciliumenvoyconfig). */
export const CILIUM_ADMISSION: AdmissionTable = {
  by: 'The Cilium agent',
  checks: {
    'cilium.io/CiliumNetworkPolicy': networkPolicy,
    'cilium.io/CiliumClusterwideNetworkPolicy': networkPolicy,
    'cilium.io/CiliumEnvoyConfig': envoyConfig,
    'cilium.io/CiliumClusterwideEnvoyConfig': envoyConfig,
  },
}

const MOST_PORTS = 40
const DIRECTIONS = ['ingress', 'ingressDeny', 'egress', 'egressDeny'] as const
const ENTITIES: ReadonlySet<string> = new Set([
  ...[
    'all',
    'world',
    'world-ipv4',
    'world-ipv6',
    'cluster',
    'host',
    'init',
    'ingress',
    'unmanaged',
    'remote-node',
    'health',
    'none',
  ],
  'kube-apiserver',
])

function networkPolicy(policy: Manifest): readonly Refusal[] {
  return [
    ...ruleRefusals(objectIn(policy, 'spec'), ['spec']),
    ...objectsIn(policy, 'specs').flatMap((spec, index) => ruleRefusals(spec, ['specs', index])),
  ]
}

function ruleRefusals(spec: JsonObject, at: ValuePath): readonly Refusal[] {
  return refusals((refuse) => {
    const selectors = ['endpointSelector', 'nodeSelector'].filter((key) => spec[key] !== undefined)
    if (selectors.length !== 1)
      refuse(
        at,
        selectors.length === 0 ? 'selects neither endpoints nor nodes' : 'selects endpoints and nodes',
        'Say either `endpointSelector` or `nodeSelector`.',
      )
    for (const direction of DIRECTIONS) {
      for (const [index, rule] of objectsIn(spec, direction).entries()) {
        for (const one of directionRefusals(rule, direction))
          refuse([...at, direction, index, ...one.path], one.problem, one.hint)
      }
    }
  })
}

function directionRefusals(rule: JsonObject, direction: (typeof DIRECTIONS)[number]): readonly Refusal[] {
  return refusals((refuse) => {
    const incoming = direction.startsWith('ingress')
    const side = incoming ? 'from' : 'to'
    for (const key of ['CIDR', 'CIDRSet']) {
      const value = valueIn(rule, `${side}${key}`)
      const texts =
        key === 'CIDR' ? stringsIn(rule, `${side}CIDR`) : objectsIn(rule, `${side}CIDRSet`).map(({ cidr }) => String(cidr ?? ''))
      for (const [index, text] of (value === undefined ? [] : texts).entries()) {
        if (text !== '' && !isAddressBlock(text))
          refuse(
            [`${side}${key}`, index],
            `names ${text}, which is no address`,
            'Write an address or a block, such as 10.0.0.0/8.',
          )
      }
    }
    for (const [index, entity] of stringsIn(rule, `${side}Entities`).entries()) {
      if (!ENTITIES.has(entity))
        refuse(
          [`${side}Entities`, index],
          `names the entity ${entity}, which there is none of`,
          `Use ${[...ENTITIES].slice(0, 6).join(', ')} or another of Cilium's.`,
        )
    }
    if (rule.toServices !== undefined && rule.toPorts !== undefined)
      refuse(['toPorts'], 'names Services and ports in one rule', 'Name the Services without ports: the port is theirs.')
    for (const [index, name] of objectsIn(rule, 'toFQDNs').entries()) {
      const text = stringIn(name, 'matchName') ?? stringIn(name, 'matchPattern') ?? ''
      if (!/^[-a-zA-Z0-9_.*]+$/.test(text)) refuse(['toFQDNs', index], `names ${text}, which is no host`, 'Write a host name.')
      if (name.matchName !== undefined && text.includes('*'))
        refuse(['toFQDNs', index], `names ${text} as if it were one host`, 'Use `matchPattern`.')
    }
    if (rule.icmps !== undefined && rule.toPorts !== undefined)
      refuse(['icmps'], 'names ICMP types and ports in one rule', 'Make two rules of it.')
    for (const [index, ports] of objectsIn(rule, 'toPorts').entries()) {
      for (const one of portRefusals(ports, incoming, direction.endsWith('Deny')))
        refuse(['toPorts', index, ...one.path], one.problem, one.hint)
    }
  })
}

function portRefusals(rule: JsonObject, incoming: boolean, denies: boolean): readonly Refusal[] {
  return refusals((refuse) => {
    const ports = objectsIn(rule, 'ports')
    const rules = objectIn(rule, 'rules')
    const kinds = Object.keys(rules).filter((key) => key !== 'l7' && rules[key] !== undefined)
    if (denies && kinds.length > 0)
      refuse(
        ['rules'],
        'denies by what requests are like',
        'Deny by addresses, labels and ports, and say `rules` where you allow.',
      )
    if (kinds.length > 1) refuse(['rules'], `looks into ${kinds.join(' and ')} in one rule`, 'Make a rule of each.')
    if (incoming && kinds.includes('dns'))
      refuse(['rules', 'dns'], 'looks into DNS on the way in', 'Look into DNS under `egress`.')
    if (kinds.includes('dns') && ports.length === 0) refuse(['ports'], 'looks into DNS and does not say port 53', 'Say port 53.')
    if (incoming && rule.listener !== undefined)
      refuse(['listener'], 'names a listener on the way in', 'Say `listener` under `egress`.')
    if (rule.listener !== undefined && kinds.length > 0)
      refuse(['listener'], 'names a listener and looks into requests', 'Keep one of the two.')
    if (stringsIn(rule, 'serverNames').length > 0 && kinds.length > 0 && rule.terminatingTLS === undefined) {
      refuse(
        ['serverNames'],
        'tells server names and looks into requests without ending TLS',
        'Say `terminatingTLS`, or keep one of the two.',
      )
    }
    if (ports.length > MOST_PORTS)
      refuse(
        ['ports'],
        `names ${ports.length} ports; it may name ${MOST_PORTS}`,
        'Make several rules of it, or use ranges (`endPort`).',
      )
    for (const [index, port] of ports.entries()) {
      const text = stringIn(port, 'port') ?? ''
      const named = /^(?=.*[A-Za-z])[A-Za-z0-9]([-A-Za-z0-9]{0,13}[A-Za-z0-9])?$/.test(text)
      if (!named && !(/^\d+$/.test(text) && Number(text) <= 65_535))
        refuse(
          ['ports', index, 'port'],
          `names the port "${text}", which is none`,
          'Write a number up to 65535, or the name of a port.',
        )
      const protocol = stringIn(port, 'protocol') ?? 'ANY'
      const dns = kinds.includes('dns')
      if (kinds.length > 0 && !dns && protocol !== 'TCP')
        refuse(['ports', index, 'protocol'], `looks into requests of ${protocol}; it can of TCP`, 'Say `protocol: TCP`.')
      if (kinds.length > 0 && text === '0') refuse(['ports', index, 'port'], 'looks into requests at every port', 'Say the port.')
      if (dns && (numberIn(port, 'endPort') ?? 0) > Number(text))
        refuse(['ports', index, 'endPort'], 'looks into DNS at a range of ports', 'Name each port.')
    }
    for (const [index, http] of objectsIn(rules, 'http').entries()) {
      for (const key of ['path', 'method', 'host']) {
        const expression = stringIn(http, key)
        const problem = expression === undefined ? undefined : expressionProblem(expression)
        if (problem !== undefined)
          refuse(
            ['rules', 'http', index, key],
            `matches "${expression}", which is no expression: ${problem}`,
            'Write an expression of RE2: no look-around, no back references.',
          )
      }
    }
  })
}

function envoyConfig(config: Manifest): readonly Refusal[] {
  return refusals((refuse) => {
    const names = new Set<string>()
    for (const [index, resource] of objectsIn(config, 'spec', 'resources').entries()) {
      const type = stringIn(resource, '@type')
      const name = stringIn(resource, 'name') ?? stringIn(resource, 'cluster_name') ?? ''
      if (type === undefined)
        refuse(
          ['spec', 'resources', index],
          'has a resource without @type',
          'Say `@type`, such as type.googleapis.com/envoy.config.listener.v3.Listener.',
        )
      if (name === '') refuse(['spec', 'resources', index], 'has a resource without a name', 'Say `name`.')
      if (names.has(`${type} ${name}`))
        refuse(['spec', 'resources', index, 'name'], `has two resources called ${name}`, 'Give each a name of its own.')
      names.add(`${type} ${name}`)
    }
    const listeners = objectsIn(config, 'spec', 'resources').filter(
      (resource) => stringIn(resource, '@type')?.endsWith('.Listener') === true,
    )
    for (const [index, service] of objectsIn(config, 'spec', 'services').entries()) {
      const wanted = stringIn(service, 'listener')
      if (listeners.length === 0 || (wanted !== undefined && !listeners.some(({ name }) => name === wanted))) {
        refuse(
          ['spec', 'services', index],
          `sends ${String(service.name)} to a listener that it has not`,
          'Name one of its listeners.',
        )
      }
    }
  })
}
