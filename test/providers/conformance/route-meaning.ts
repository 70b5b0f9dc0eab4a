import type { Feature } from '../../../src/providers/features.ts'
import type { ExpectedObject, Meaning } from './conform.ts'

/** What differs between the meshes that route by HTTPRoutes on Services. */
export interface RouteMeaningOptions {
  /** Group by which a Service is named. */
  readonly group: '' | 'core'
}

const V1 = { name: 'backend-v1', port: 8080, weight: 100 }
const V2 = { name: 'backend-v2', port: 8080, weight: 100 }

/** The HTTPRoute on the backend, with these rules. */
export function httpRouteOf(rules: readonly object[], { group }: RouteMeaningOptions = { group: '' }): readonly ExpectedObject[] {
  return [
    {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'HTTPRoute',
      metadata: { name: 'backend', namespace: 'shop' },
      spec: { parentRefs: [{ group, kind: 'Service', name: 'backend', port: 8080 }], rules },
    },
  ]
}

/** The Service that selects one version of the backend. */
export function versionService(version: string): ExpectedObject {
  return {
    kind: 'Service',
    metadata: { name: `backend-${version}`, namespace: 'shop' },
    spec: { selector: { app: 'backend', version }, ports: [{ name: 'http', port: 8080, targetPort: 'http' }] },
  }
}

/** What HTTPRoutes must say of the features that all meshes carry out by them alike. */
export function routeMeaning(options: RouteMeaningOptions = { group: '' }) {
  const one = (rule: object) => httpRouteOf([{ backendRefs: [V1], ...rule }], options)
  const match = (matches: readonly object[]) => httpRouteOf([{ matches, backendRefs: [V2] }, { backendRefs: [V1] }], options)
  const filter = (type: string, more: object, matches: object = {}) => one({ ...matches, filters: [{ type, ...more }] })
  return {
    'traffic.split': [
      ...httpRouteOf(
        [
          {
            backendRefs: [
              { ...V1, weight: 90 },
              { ...V2, weight: 10 },
            ],
          },
        ],
        options,
      ),
      versionService('v1'),
      versionService('v2'),
    ],
    'traffic.otherWorkloads': one({ backendRefs: [{ name: 'frontend', port: 8080, weight: 100 }] }),
    'traffic.match.path': match([{ path: { type: 'Exact', value: '/reviews' } }]),
    'traffic.match.pathPrefix': match([{ path: { type: 'PathPrefix', value: '/re' } }]),
    'traffic.match.headers': match([{ headers: [{ name: 'end-user', type: 'Exact', value: 'jason' }] }]),
    'traffic.match.query': match([{ queryParams: [{ name: 'preview', type: 'Exact', value: 'on' }] }]),
    'traffic.match.method': match([{ method: 'GET' }]),
    'traffic.match.port': match([{}]),
    'traffic.match.regex': match([{ path: { type: 'RegularExpression', value: '/reviews/[0-9]+' } }]),
    'traffic.match.prefix': match([{ headers: [{ name: 'end-user', type: 'RegularExpression', value: 'test-.*' }] }]),
    'traffic.timeout': one({ timeouts: { request: '2s' } }),
    'traffic.retries': one({ retry: { attempts: 3, codes: [500, 502, 503, 504] } }),
    'traffic.retries.perTry': one({ timeouts: { backendRequest: '500ms' }, retry: { attempts: 3 } }),
    'traffic.retries.backoff': one({ retry: { attempts: 3, backoff: '100ms' } }),
    'traffic.retries.connection': one({ retry: { attempts: 3 } }),
    'traffic.retries.status': one({ retry: { attempts: 3, codes: [429, 503] } }),
    'traffic.mirror': filter('RequestMirror', { requestMirror: { backendRef: { name: 'backend-v2', port: 8080 } } }),
    'traffic.mirror.percent': filter('RequestMirror', {
      requestMirror: { backendRef: { name: 'backend-v2', port: 8080 }, percent: 25 },
    }),
    'traffic.rewrite': filter(
      'URLRewrite',
      { urlRewrite: { path: { type: 'ReplacePrefixMatch', replacePrefixMatch: '/v1' } } },
      { matches: [{ path: { type: 'PathPrefix', value: '/api' } }] },
    ),
    'traffic.redirect': httpRouteOf(
      [
        {
          matches: [{ path: { type: 'PathPrefix', value: '/old' } }],
          filters: [
            {
              type: 'RequestRedirect',
              requestRedirect: { path: { type: 'ReplaceFullPath', replaceFullPath: '/new' }, statusCode: 301 },
            },
          ],
        },
        { backendRefs: [V1] },
      ],
      options,
    ),
    'traffic.headers': one({
      filters: [
        {
          type: 'RequestHeaderModifier',
          requestHeaderModifier: { set: [{ name: 'x-env', value: 'test' }], remove: ['x-debug'] },
        },
        { type: 'ResponseHeaderModifier', responseHeaderModifier: { add: [{ name: 'x-served-by', value: 'mesh' }] } },
      ],
    }),
    'traffic.cors': filter('CORS', {
      cors: {
        allowOrigins: ['https://shop.example.org'],
        allowMethods: ['GET', 'POST'],
        allowHeaders: ['x-token'],
        maxAge: 86_400,
      },
    }),
    'traffic.tcp': [
      {
        kind: 'TCPRoute',
        metadata: { name: 'database', namespace: 'shop' },
        spec: {
          parentRefs: [{ group: options.group, kind: 'Service', name: 'database', port: 5432 }],
          rules: [
            {
              backendRefs: [
                { name: 'database-v1', port: 5432, weight: 90 },
                { name: 'database-v2', port: 5432, weight: 10 },
              ],
            },
          ],
        },
      },
    ],
  } as const satisfies { readonly [F in Feature]?: Meaning }
}

/** What Gateways of a class must say. */
export function gatewayMeaning(gatewayClassName: string) {
  const listener = (more: object): ExpectedObject => ({
    kind: 'Gateway',
    metadata: { name: 'web', namespace: 'ingress' },
    spec: { gatewayClassName, listeners: [{ hostname: 'shop.example.org', ...more }] },
  })
  const secure = {
    name: 'https-443',
    port: 443,
    protocol: 'HTTPS',
    tls: { mode: 'Terminate', certificateRefs: [{ name: 'shop-certificate' }] },
  }
  return {
    'traffic.gateways': [
      {
        kind: 'HTTPRoute',
        spec: {
          parentRefs: [
            { kind: 'Service', name: 'backend', port: 8080 },
            { group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'web', namespace: 'ingress' },
          ],
        },
      },
    ],
    'gateway.ingress': [
      listener({ name: 'http-80', port: 80, protocol: 'HTTP', allowedRoutes: { namespaces: { from: 'All' } } }),
      {
        kind: 'HTTPRoute',
        metadata: { name: 'web-routes', namespace: 'ingress' },
        spec: {
          parentRefs: [{ name: 'web' }],
          rules: [{ backendRefs: [{ name: 'frontend', namespace: 'shop', port: 8080, weight: 100 }] }],
        },
      },
      {
        kind: 'ReferenceGrant',
        metadata: { namespace: 'shop' },
        spec: {
          from: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', namespace: 'ingress' }],
          to: [{ group: '', kind: 'Service' }],
        },
      },
    ],
    'gateway.tls': [listener(secure)],
    'gateway.tls.mutual': [
      listener(secure),
      {
        kind: 'Gateway',
        spec: {
          tls: {
            frontend: {
              default: {},
              perPort: [
                {
                  port: 443,
                  tls: { validation: { caCertificateRefs: [{ group: '', kind: 'Secret', name: 'shop-certificate' }] } },
                },
              ],
            },
          },
        },
      },
    ],
  } as const satisfies { readonly [F in Feature]?: Meaning }
}
