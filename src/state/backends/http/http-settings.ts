import type { StateRef } from '../../state-ref.ts'
import { ok, refused, type StateResult } from '../../state-result.ts'

/** Where and how an HTTP server keeps states, in Terraform's protocol. Addresses may hold `{workspace}` and `{design}`. */
export interface HttpSettings {
  readonly address: string
  /** Default: the address itself. */
  readonly lockAddress: string
  /** Default: the lock's address. */
  readonly unlockAddress: string
  readonly updateMethod: string
  readonly lockMethod: string
  readonly unlockMethod: string
  /** How long a lock lasts that no heartbeat in the state confirms, in milliseconds. */
  readonly lockExpiryMs: number
}

/** Settings that a design or the environment may give beside the address. */
export type HttpSettingsInput = { readonly [Name in keyof HttpSettings]?: HttpSettings[Name] | undefined }

/** Until the state carries a heartbeat, which the first write under the lock puts there. */
const LOCK_EXPIRY_MS = 3 * 60 * 1000

/** Fills in Terraform's defaults and checks the addresses. One without a placeholder gets `/{workspace}/{design}` at its end. */
export function httpSettings(input: HttpSettingsInput & { readonly address: string }): StateResult<HttpSettings> {
  const address = withPlaceholders(input.address)
  const lockAddress = input.lockAddress === undefined ? address : withPlaceholders(input.lockAddress)
  const settings: HttpSettings = {
    address,
    lockAddress,
    unlockAddress: input.unlockAddress === undefined ? lockAddress : withPlaceholders(input.unlockAddress),
    updateMethod: input.updateMethod ?? 'POST',
    lockMethod: input.lockMethod ?? 'LOCK',
    unlockMethod: input.unlockMethod ?? 'UNLOCK',
    lockExpiryMs: input.lockExpiryMs ?? LOCK_EXPIRY_MS,
  }
  for (const item of [settings.address, settings.lockAddress, settings.unlockAddress]) {
    const url = URL.canParse(item) ? new URL(item) : undefined
    if (url === undefined || !/^https?:$/.test(url.protocol)) {
      return invalid(`${JSON.stringify(item.slice(0, 120))} is no http address.`)
    }
    if (url.username !== '' || url.password !== '') {
      return invalid('A state address holds no credential: set MESHFORM_HTTP_USERNAME and MESHFORM_HTTP_PASSWORD.')
    }
  }
  for (const method of [settings.updateMethod, settings.lockMethod, settings.unlockMethod]) {
    if (!/^[A-Z]{1,20}$/.test(method)) return invalid(`${JSON.stringify(method.slice(0, 40))} is no HTTP method.`)
  }
  return ok(settings)
}

/** The address of one state. Names are RFC 1123 labels, so nothing needs to be escaped. */
export function addressOf(template: string, ref: StateRef): URL {
  return new URL(template.replaceAll('{workspace}', ref.workspace).replaceAll('{design}', ref.design))
}

function withPlaceholders(address: string): string {
  if (address.includes('{design}')) return address
  const [before, ...query] = address.split('?')
  const path = `${(before ?? '').replace(/\/+$/, '')}/{workspace}/{design}`
  return query.length === 0 ? path : `${path}?${query.join('?')}`
}

function invalid(message: string): StateResult<never> {
  return refused({ kind: 'invalid-configuration', message })
}
