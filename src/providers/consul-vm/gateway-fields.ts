import type { FieldSchema } from '../field-schema.ts'

const HEADERS: FieldSchema = [{ Add: { '': 's' }, Set: { '': 's' }, Remove: ['s'] }]
const REFERENCE: FieldSchema = { Kind: 's', Name: 's', SectionName: 's', Namespace: 's', Partition: 's' }
const COMPARISON: FieldSchema = [{ Match: 's:exact|prefix|regex|present|suffix', Name: 's', Value: 's' }]
const FILTERS: FieldSchema = {
  Headers: HEADERS,
  URLRewrite: { Path: 's' },
  RetryFilter: { NumRetries: 'i', RetryOn: ['s'], RetryOnStatusCodes: ['i'], RetryOnConnectFailure: 'b' },
  TimeoutFilter: { RequestTimeout: '*', IdleTimeout: '*' },
  JWT: '*',
}
const REPLIES: FieldSchema = { Headers: HEADERS }
const COMMON: { readonly [field: string]: FieldSchema } = {
  Kind: 's',
  Name: 's',
  Namespace: 's',
  Partition: 's',
  Meta: { '': 's' },
}

/**
 * Fields of the entries that no custom resource says, since on Kubernetes the Gateway API does (hashicorp/consul
 * api/config_entry_gateways.go and api/config_entry_routes.go).
 */
export const GATEWAY_FIELDS: { readonly [kind: string]: FieldSchema } = {
  'api-gateway': {
    ...COMMON,
    Listeners: [
      {
        Name: 's',
        Hostname: 's',
        Port: 'i',
        Protocol: 's:http|tcp',
        TLS: { Certificates: [REFERENCE], MaxVersion: 's', MinVersion: 's', CipherSuites: ['s'], SDS: '*' },
        Override: '*',
        Default: '*',
      },
    ],
  },
  'http-route': {
    ...COMMON,
    Parents: [REFERENCE],
    Hostnames: ['s'],
    Rules: [
      {
        Filters: FILTERS,
        ResponseFilters: REPLIES,
        Matches: [
          {
            Headers: COMPARISON,
            Method: 's:GET|HEAD|POST|PUT|PATCH|DELETE|CONNECT|OPTIONS|TRACE|',
            Path: { Match: 's:exact|prefix|regex', Value: 's' },
            Query: COMPARISON,
          },
        ],
        Services: [{ Name: 's', Weight: 'i', Filters: FILTERS, ResponseFilters: REPLIES, Namespace: 's', Partition: 's' }],
      },
    ],
  },
  'tcp-route': { ...COMMON, Parents: [REFERENCE], Services: [{ Name: 's', Namespace: 's', Partition: 's' }] },
}
