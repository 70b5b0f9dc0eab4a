/** `settings` of a mesh that is Consul, on Kubernetes or not. */
export const CONSUL_SETTINGS = {
  type: 'object',
  additionalProperties: false,
  properties: {
    protocol: {
      type: 'string',
      enum: ['http', 'http2', 'grpc', 'tcp', 'none'],
      description:
        'Protocol of services that say none (ProxyDefaults global), default http; none: ProxyDefaults are left alone, as for an existing mesh.',
    },
    terminatingGateway: {
      type: 'string',
      description: 'Terminating gateway for external hosts that name no gateway, default terminating-gateway.',
    },
    prometheusBindAddress: {
      type: 'string',
      description: 'Where proxies serve their metrics (envoy_prometheus_bind_addr), such as 0.0.0.0:20200.',
    },
  },
} as const

/** `settings` of Consul on Kubernetes. */
export const CONSUL_KUBERNETES_SETTINGS = {
  ...CONSUL_SETTINGS,
  properties: {
    ...CONSUL_SETTINGS.properties,
    name: {
      type: 'string',
      description:
        'What the names of its objects begin with (global.name of its chart), default consul; consul-consul where release consul was installed without it.',
    },
  },
} as const
