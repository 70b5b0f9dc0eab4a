import { createHash, createHmac } from 'node:crypto'
import type { SignatureCheck } from './create-only-server.ts'

/** The key and region that this check takes. */
export const OSS_KEY = { id: 'LTAI5tExample', secret: 'oss-secret-of-the-tests', region: 'cn-hangzhou' }

/** Computed anew from what came over the wire, step by step as Alibaba documents its signature of version 4. */
export const checkOssSignature: SignatureCheck = (request, _url, now) => {
  const match = /^OSS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/oss\/aliyun_v4_request,Signature=([0-9a-f]{64})$/.exec(
    request.headers.authorization ?? '',
  )
  if (match === null) return 'AccessDenied'
  const [, id = '', date = '', region = '', signature = ''] = match
  if (id !== OSS_KEY.id) return 'InvalidAccessKeyId'
  const time = String(request.headers['x-oss-date'])
  const at = Date.parse(time.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'))
  if (Number.isNaN(at) || Math.abs(now - at) > 15 * 60 * 1000) return 'RequestTimeTooSkewed'
  const [path = '', query = ''] = (request.url ?? '').split('?')
  const signed = Object.keys(request.headers)
    .filter((name) => name.startsWith('x-oss-') || name === 'content-type' || name === 'content-md5')
    .sort()
  const headers = signed.map((name) => `${name}:${String(request.headers[name])}\n`).join('')
  const parameters = query.split('&').sort().join('&')
  const canonical = `${request.method}\n${path}\n${parameters}\n${headers}\n\n${request.headers['x-oss-content-sha256']}`
  const hash = createHash('sha256').update(canonical).digest('hex')
  let key: Buffer = Buffer.from(`aliyun_v4${OSS_KEY.secret}`)
  for (const part of [date, region, 'oss', 'aliyun_v4_request']) key = createHmac('sha256', key).update(part).digest()
  const toSign = `OSS4-HMAC-SHA256\n${time}\n${date}/${region}/oss/aliyun_v4_request\n${hash}`
  const expected = createHmac('sha256', key).update(toSign).digest('hex')
  return expected === signature && region === OSS_KEY.region ? undefined : 'SignatureDoesNotMatch'
}
