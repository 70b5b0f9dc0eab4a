/** `settings` of a mesh with provider kuma or kong-mesh. */
export const KUMA_SETTINGS = {
  type: 'object',
  additionalProperties: false,
  properties: {
    mesh: { type: 'string', description: 'Name of the Mesh.', default: 'default' },
    zone: { type: 'string', description: 'Name of the zone, part of the trust domain of identities.', default: 'default' },
  },
} as const
