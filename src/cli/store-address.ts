import type { BlobSettings } from '../state/backends/azurerm/blob-container.ts'
import type { ConsulSettings } from '../state/backends/consul/consul-kv.ts'
import type { GcsSettings } from '../state/backends/gcs/gcs-bucket.ts'
import type { S3Settings } from '../state/backends/s3/s3-bucket.ts'
import { ok, refused, type StateResult } from '../state/state-result.ts'

/** A state's address at a store of objects or keys. */
export type StorePlace =
  | { readonly kind: 's3'; readonly settings: S3Settings }
  | { readonly kind: 'gcs'; readonly settings: GcsSettings }
  | { readonly kind: 'azurerm'; readonly settings: BlobSettings }
  | { readonly kind: 'consul'; readonly settings: ConsulSettings }

type Environment = { readonly [name: string]: string | undefined }

/** `s3://BUCKET/PREFIX?region=REGION&endpoint=ADDRESS`. */
export function s3Place(env: Environment, address: string): StateResult<StorePlace> {
  const match = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(\/[^?]*)?(?:\?(.*))?$/.exec(address)
  if (match?.[1] === undefined) return invalid('A state in S3 is s3://BUCKET/PREFIX?region=REGION.')
  const query = new URLSearchParams(match[3] ?? '')
  const endpoint = query.get('endpoint') ?? env.AWS_ENDPOINT_URL_S3 ?? env.AWS_ENDPOINT_URL
  const region = query.get('region') ?? env.AWS_REGION ?? env.AWS_DEFAULT_REGION
  if (region === undefined && endpoint === undefined) {
    return invalid('A state in S3 needs its region: add ?region=REGION, or set AWS_REGION.')
  }
  if (endpoint !== undefined && !isHttp(endpoint)) return invalid('The endpoint of S3 is an http address.')
  return ok({
    kind: 's3',
    settings: { bucket: match[1], prefix: prefixOf(match[2]), region: region ?? 'us-east-1', endpoint },
  })
}

/** `gcs://BUCKET/PREFIX?endpoint=ADDRESS`; `gs://` is the same. STORAGE_EMULATOR_HOST is what Google's own clients take. */
export function gcsPlace(env: Environment, address: string): StateResult<StorePlace> {
  const match = /^gc?s:\/\/([a-z0-9][a-z0-9._-]{1,220}[a-z0-9])(\/[^?]*)?(?:\?(.*))?$/.exec(address)
  if (match?.[1] === undefined) return invalid('A state in Google Cloud Storage is gcs://BUCKET/PREFIX.')
  const emulator = env.STORAGE_EMULATOR_HOST ?? ''
  const named = emulator === '' || isHttp(emulator) ? emulator : `http://${emulator}`
  const endpoint = new URLSearchParams(match[3] ?? '').get('endpoint') ?? (named === '' ? undefined : named)
  if (endpoint !== undefined && !isHttp(endpoint)) return invalid('The endpoint of Google Cloud Storage is an http address.')
  return ok({ kind: 'gcs', settings: { bucket: match[1], prefix: prefixOf(match[2]), endpoint } })
}

/** The ends of the addresses of storage accounts, by the name that Azure's tools have for a cloud. */
const AZURE_CLOUDS: Readonly<Record<string, string>> = {
  public: 'blob.core.windows.net',
  usgovernment: 'blob.core.usgovcloudapi.net',
  china: 'blob.core.chinacloudapi.cn',
}

/** `azurerm://ACCOUNT/CONTAINER/PREFIX?endpoint=ADDRESS`. */
export function azurermPlace(env: Environment, address: string): StateResult<StorePlace> {
  const match = /^azurerm:\/\/([a-z0-9]{3,24})\/(\$?[a-z0-9][a-z0-9-]{1,61}[a-z0-9])(\/[^?]*)?(?:\?(.*))?$/.exec(address)
  if (match?.[1] === undefined || match[2] === undefined) {
    return invalid('A state in Azure Blob Storage is azurerm://ACCOUNT/CONTAINER/PREFIX.')
  }
  const [, account, container] = match
  const given = new URLSearchParams(match[4] ?? '').get('endpoint') ?? undefined
  if (given !== undefined && !isHttp(given)) return invalid('The endpoint of Azure Blob Storage is an http address.')
  const cloud = env.ARM_ENVIRONMENT ?? 'public'
  const host = AZURE_CLOUDS[cloud]
  if (given === undefined && host === undefined) {
    return invalid(`ARM_ENVIRONMENT is ${Object.keys(AZURE_CLOUDS).join(', ')}, not ${JSON.stringify(cloud.slice(0, 40))}.`)
  }
  const endpoint = given ?? `https://${account}.${host}`
  return ok({
    kind: 'azurerm',
    settings: { account, container, prefix: prefixOf(match[3]), endpoint, isForeign: given !== undefined },
  })
}

/** `consul://HOST:PORT/PREFIX?datacenter=…`; `consul:///PREFIX` is the agent that Consul's own tools would ask. */
export function consulPlace(env: Environment, address: string): StateResult<StorePlace> {
  const match = /^consul:\/\/([^/?#@]*)(\/[^?]*)?(?:\?(.*))?$/i.exec(address)
  const query = new URLSearchParams(match?.[3] ?? '')
  const isTls = query.get('scheme') === 'https' || /^(1|true)$/i.test(env.CONSUL_HTTP_SSL ?? '')
  const scheme = isTls ? 'https' : 'http'
  const own = env.CONSUL_HTTP_ADDR ?? ''
  const agent = own === '' ? '127.0.0.1:8500' : own
  const host = match?.[1] === '' ? agent : (match?.[1] ?? '')
  const text = isHttp(host) ? host : `${scheme}://${host}`
  if (match === null || !URL.canParse(text) || (match[1] !== '' && isHttp(host))) {
    return invalid('A state in Consul is consul://HOST:PORT/PREFIX, over TLS with ?scheme=https.')
  }
  const prefix = prefixOf(match[2])
  return ok({
    kind: 'consul',
    settings: {
      address: new URL(text).origin,
      prefix: prefix === '' ? 'meshform' : prefix,
      datacenter: query.get('datacenter') ?? undefined,
      namespace: query.get('namespace') ?? env.CONSUL_NAMESPACE,
      partition: query.get('partition') ?? env.CONSUL_PARTITION,
    },
  })
}

function isHttp(address: string): boolean {
  return /^https?:\/\//.test(address) && URL.canParse(address)
}

function prefixOf(path: string | undefined): string {
  return (path ?? '').replace(/^\/+|\/+$/g, '')
}

function invalid(message: string): StateResult<never> {
  return refused({ kind: 'invalid-configuration', message })
}
