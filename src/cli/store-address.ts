import type { BlobSettings } from '../state/backends/azurerm/blob-container.ts'
import type { ConsulSettings } from '../state/backends/consul/consul-kv.ts'
import type { BucketSettings } from '../state/backends/create-only/create-only-bucket.ts'
import type { GcsSettings } from '../state/backends/gcs/gcs-bucket.ts'
import type { OracleSettings } from '../state/backends/ocistore/oracle-bucket.ts'
import { isSafeEndpoint } from '../state/backends/remote/access-token.ts'
import type { S3Settings } from '../state/backends/s3/s3-bucket.ts'
import { ok, refused, type StateResult } from '../state/state-result.ts'

/** A state's address at a store of objects or keys. */
export type StorePlace =
  | { readonly kind: 's3'; readonly settings: S3Settings }
  | { readonly kind: 'gcs'; readonly settings: GcsSettings }
  | { readonly kind: 'azurerm'; readonly settings: BlobSettings }
  | { readonly kind: 'consul'; readonly settings: ConsulSettings }
  | { readonly kind: 'oss'; readonly settings: BucketSettings }
  | { readonly kind: 'cos'; readonly settings: BucketSettings }
  | { readonly kind: 'ocistore'; readonly settings: OracleSettings }

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

/** `oss://BUCKET/PREFIX?region=REGION&endpoint=ADDRESS`, a bucket of Alibaba's Object Storage Service. */
export function ossPlace(env: Environment, address: string): StateResult<StorePlace> {
  const match = /^oss:\/\/([a-z0-9][a-z0-9-]{1,61}[a-z0-9])(\/[^?]*)?(?:\?(.*))?$/.exec(address)
  if (match?.[1] === undefined) return invalid("A state in Alibaba's OSS is oss://BUCKET/PREFIX?region=REGION.")
  const place = regional(
    new URLSearchParams(match[3] ?? ''),
    [env.OSS_REGION, env.ALIBABA_CLOUD_REGION, env.ALICLOUD_REGION],
    [env.OSS_ENDPOINT, env.ALICLOUD_OSS_ENDPOINT, env.OSS_ENDPOINT_URL],
    { name: 'OSS', variable: 'OSS_REGION', endpointOf: (region) => `https://oss-${region}.aliyuncs.com` },
  )
  return place.ok ? ok({ kind: 'oss', settings: { bucket: match[1], prefix: prefixOf(match[2]), ...place.value } }) : place
}

/** `cos://BUCKET-APPID/PREFIX?region=REGION&endpoint=ADDRESS`, a bucket of Tencent's Cloud Object Storage. */
export function cosPlace(env: Environment, address: string): StateResult<StorePlace> {
  const match = /^cos:\/\/([a-z0-9][a-z0-9-]{0,49}-\d{5,15})(\/[^?]*)?(?:\?(.*))?$/.exec(address)
  if (match?.[1] === undefined) {
    return invalid(
      "A state in Tencent's COS is cos://BUCKET-APPID/PREFIX?region=REGION, such as cos://states-1250000000/shop?region=ap-guangzhou.",
    )
  }
  const place = regional(new URLSearchParams(match[3] ?? ''), [env.TENCENTCLOUD_REGION], [env.TENCENTCLOUD_COS_ENDPOINT], {
    name: 'COS',
    variable: 'TENCENTCLOUD_REGION',
    endpointOf: (region) => `https://cos.${region}.myqcloud.com`,
  })
  return place.ok ? ok({ kind: 'cos', settings: { bucket: match[1], prefix: prefixOf(match[2]), ...place.value } }) : place
}

/** `ocistore://NAMESPACE/BUCKET/PREFIX?region=REGION&endpoint=ADDRESS`, a bucket of Oracle's Object Storage. */
export function ocistorePlace(address: string): StateResult<StorePlace> {
  const match = /^ocistore:\/\/([a-z0-9_-]{1,64})\/([\w.-]{1,256})(\/[^?]*)?(?:\?(.*))?$/i.exec(address)
  if (match?.[1] === undefined || match[2] === undefined) {
    return invalid(
      'A state in Oracle\'s Object Storage is ocistore://NAMESPACE/BUCKET/PREFIX; "oci os ns get" says the namespace.',
    )
  }
  const query = new URLSearchParams(match[4] ?? '')
  const [region, endpoint] = [query.get('region') ?? undefined, query.get('endpoint') ?? undefined]
  if (region !== undefined && !isRegion(region)) return notARegion(region)
  if (endpoint !== undefined && !isSafeEndpoint(endpoint)) return notAnEndpoint("Oracle's Object Storage")
  return ok({
    kind: 'ocistore',
    settings: { namespace: match[1], bucket: match[2], prefix: prefixOf(match[3]), region, endpoint },
  })
}

/** Region and endpoint of a store that signs with its region: out of the address, else of the environment. */
function regional(
  query: URLSearchParams,
  regions: readonly (string | undefined)[],
  endpoints: readonly (string | undefined)[],
  store: { readonly name: string; readonly variable: string; readonly endpointOf: (region: string) => string },
): StateResult<{ readonly region: string; readonly endpoint: string }> {
  const region = query.get('region') ?? regions.find((item) => item !== undefined && item !== '')
  if (region === undefined) {
    return invalid(`A state in ${store.name} needs its region: add ?region=REGION, or set ${store.variable}.`)
  }
  if (!isRegion(region)) return notARegion(region)
  const named = query.get('endpoint') ?? endpoints.find((item) => item !== undefined && item !== '')
  const endpoint = named === undefined || named.includes('://') ? named : `https://${named}`
  if (endpoint !== undefined && !isSafeEndpoint(endpoint)) return notAnEndpoint(store.name)
  return ok({ region, endpoint: endpoint ?? store.endpointOf(region) })
}

/** It becomes part of a host's name. */
function isRegion(text: string): boolean {
  return /^[a-z0-9][a-z0-9-]{0,62}$/.test(text)
}

function notARegion(region: string): StateResult<never> {
  return invalid(`${JSON.stringify(region.slice(0, 60))} is no region: regions are written like cn-hangzhou or us-phoenix-1.`)
}

function notAnEndpoint(store: string): StateResult<never> {
  return invalid(`The endpoint of ${store} is an https address, or http on this machine.`)
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
