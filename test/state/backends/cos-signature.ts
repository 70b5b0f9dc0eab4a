import { createHash, createHmac } from 'node:crypto'
import type { SignatureCheck } from './create-only-server.ts'

/** The key that this check takes: the one of Tencent's published examples. */
export const COS_KEY = { id: 'AKIDQjz3ltompVjBni5LitkWHFlFpwkn9U5q', secret: 'BQYIM75p8x0iWVFSIgqEKwFprpRSVHlz' }

/** Computed anew from what came over the wire, step by step as Tencent documents its request signature. */
export const checkCosSignature: SignatureCheck = (request, url, now) => {
  const given = new Map((request.headers.authorization ?? '').split('&').map((pair) => pair.split(/=(.*)/s) as [string, string]))
  if (given.get('q-sign-algorithm') !== 'sha1') return 'AccessDenied'
  if (given.get('q-ak') !== COS_KEY.id) return 'InvalidAccessKeyId'
  const time = given.get('q-key-time') ?? ''
  const [start = 0, end = 0] = time.split(';').map((second) => Number(second) * 1000)
  if (now < start - 15 * 60 * 1000 || now > end + 15 * 60 * 1000) return 'RequestTimeTooSkewed'
  if (now > end) return 'RequestExpired'
  const names = (list: string) => (list === '' ? [] : list.split(';'))
  const encode = (text: string) =>
    encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
  const headerNames = names(given.get('q-header-list') ?? '')
  const headers = headerNames.map((name) => `${name}=${encode(String(request.headers[name]))}`).join('&')
  const parameterNames = names(given.get('q-url-param-list') ?? '')
  const parameters = parameterNames.map((name) => `${name}=${encode(url.searchParams.get(name) ?? '')}`).join('&')
  // What changes the outcome has to be signed.
  const mustBeSigned = Object.keys(request.headers).filter((name) => name.startsWith('x-cos-') || name === 'host')
  if (
    mustBeSigned.some((name) => !headerNames.includes(name)) ||
    [...url.searchParams.keys()].some((name) => !parameterNames.includes(name))
  ) {
    return 'AccessDenied'
  }
  const text = `${String(request.method).toLowerCase()}\n${decodeURIComponent(url.pathname)}\n${parameters}\n${headers}\n`
  const signKey = createHmac('sha1', COS_KEY.secret).update(time).digest('hex')
  const toSign = `sha1\n${time}\n${createHash('sha1').update(text).digest('hex')}\n`
  const expected = createHmac('sha1', signKey).update(toSign).digest('hex')
  return given.get('q-signature') === expected && given.get('q-sign-time') === time ? undefined : 'SignatureDoesNotMatch'
}
