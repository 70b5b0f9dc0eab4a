import { stringify } from 'yaml'

/** What a kubeconfig says of a served sandbox. */
export interface KubeconfigParts {
  readonly secureUrl: string
  readonly token: string
  /** PEM. */
  readonly certificate: string
}

/** A kubeconfig with one context, `meshform-sandbox`. It holds the token: keep it as the sandbox's folder is kept. */
export function sandboxKubeconfig(parts: KubeconfigParts): string {
  const name = 'meshform-sandbox'
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name,
        cluster: {
          server: parts.secureUrl,
          'certificate-authority-data': Buffer.from(parts.certificate).toString('base64'),
        },
      },
    ],
    users: [{ name, user: { token: parts.token } }],
    contexts: [{ name, context: { cluster: name, user: name, namespace: 'default' } }],
    'current-context': name,
  }
  return stringify(config, { lineWidth: 0 })
}
