import { CONSUL_SETTINGS } from '../consul/settings.ts'

/** `settings` of a mesh with provider consul-vm. */
export const CONSUL_VM_SETTINGS = {
  ...CONSUL_SETTINGS,
  properties: {
    ...CONSUL_SETTINGS.properties,
    instances: {
      type: 'array',
      description: 'Instances that this design registers; those that register themselves are left out.',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['workload'],
        properties: {
          workload: { type: 'string', description: 'The workload it is an instance of.' },
          version: { type: 'string', description: 'The version it runs.' },
          id: { type: 'string', description: 'Id of the registration, default <service>-<version>.' },
          address: { type: 'string', description: 'Address, default that of the agent.' },
          port: { type: 'integer', minimum: 1, maximum: 65535, description: 'Port, default the first of the workload.' },
          node: { type: 'string', description: 'A node without agent: it is registered in the catalog.' },
          tags: { type: 'array', items: { type: 'string' }, description: 'Tags of the instance.' },
        },
      },
    },
  },
} as const
