import { createPrivateKey } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { StateBackend } from '../../../src/state/backend.ts'
import { oracleAuthorization } from '../../../src/state/backends/ocistore/sign-oracle.ts'
import { ocistoreBackend } from '../../../src/state/backends/ocistore.ts'
import { type PROCESS, REF, refusal, temporaryFolder, value } from '../sample-state.ts'
import { closedInTheEnd, describeObjectStore, storeOptions } from './object-store.ts'
import { ORACLE_KEY, startOracleServer } from './oracle-server.ts'

const SIGNAL = new AbortController().signal
const { tenancy, user, fingerprint, pem, sealedPem, session: sessionToken } = ORACLE_KEY
const NAMES = { OCI_CLI_TENANCY: tenancy, OCI_CLI_USER: user, OCI_CLI_FINGERPRINT: fingerprint }
const KEY = { ...NAMES, OCI_CLI_KEY_CONTENT: pem }

function client(
  endpoint: string | undefined,
  journalDirectory: string,
  changes: {
    readonly process?: typeof PROCESS
    readonly bucket?: string
    readonly environment?: { readonly [name: string]: string }
  } = {},
): StateBackend {
  return closedInTheEnd(
    ocistoreBackend({
      settings: { namespace: 'tests', bucket: changes.bucket ?? 'states', prefix: 'team a+b/ü', region: undefined, endpoint },
      ...storeOptions(journalDirectory, changes.process),
      environment: { HOME: journalDirectory, ...(changes.environment ?? KEY) },
    }),
  )
}

describeObjectStore('ocistore', { start: startOracleServer, client, writes: 'PUT' })

describe('ocistore', () => {
  test('signs as Oracle documents it', () => {
    // "Request Signatures" of Oracle's documentation, with its published key of the tests of oci-go-sdk (UPL, Apache 2.0).
    const published = `-----BEGIN RSA PRIVATE KEY-----
MIICXgIBAAKBgQDCFENGw33yGihy92pDjZQhl0C36rPJj+CvfSC8+q28hxA161QF
NUd13wuCTUcq0Qd2qsBe/2hFyc2DCJJg0h1L78+6Z4UMR7EOcpfdUE9Hf3m/hs+F
UR45uBJeDK1HSFHD8bHKD6kv8FPGfJTotc+2xjJwoYi+1hqp1fIekaxsyQIDAQAB
AoGBAJR8ZkCUvx5kzv+utdl7T5MnordT1TvoXXJGXK7ZZ+UuvMNUCdN2QPc4sBiA
QWvLw1cSKt5DsKZ8UETpYPy8pPYnnDEz2dDYiaew9+xEpubyeW2oH4Zx71wqBtOK
kqwrXa/pzdpiucRRjk6vE6YY7EBBs/g7uanVpGibOVAEsqH1AkEA7DkjVH28WDUg
f1nqvfn2Kj6CT7nIcE3jGJsZZ7zlZmBmHFDONMLUrXR/Zm3pR5m0tCmBqa5RK95u
412jt1dPIwJBANJT3v8pnkth48bQo/fKel6uEYyboRtA5/uHuHkZ6FQF7OUkGogc
mSJluOdc5t6hI1VsLn0QZEjQZMEOWr+wKSMCQQCC4kXJEsHAve77oP6HtG/IiEn7
kpyUXRNvFsDE0czpJJBvL/aRFUJxuRK91jhjC68sA7NsKMGg5OXb5I5Jj36xAkEA
gIT7aFOYBFwGgQAQkWNKLvySgKbAZRTeLBacpHMuQdl1DfdntvAyqpAZ0lY0RKmW
G6aFKaqQfOXKCyWoUiVknQJAXrlgySFci/2ueKlIE1QqIiLSZ8V8OlpFLRnb1pzI
7U1yQXnTAEFYM560yJlzUpOb1V4cScGd365tiSMvxLOvTA==
-----END RSA PRIVATE KEY-----`
    const url = new URL(
      'https://iaas.us-phoenix-1.oraclecloud.com/20160918/instances?availabilityDomain=Pjwf%3A%20PHX-AD-1&compartmentId=ocid1.compartment.oc1..aaaaaaaam3we6vgnherjq5q2idnccdflvjsnog7mlr6rtdb25gilchfeyjxa&displayName=TeamXInstances&volumeId=ocid1.volume.oc1.phx.abyhqljrgvttnlx73nmrwfaux7kcvzfs3s66izvxf2h4lgvyndsdsnoiwr5q',
    )
    const request = { method: 'GET', url, date: 'Thu, 05 Jan 2014 21:31:40 GMT' }
    const signed = oracleAuthorization(request, { keyId: 'tenancy/user/fingerprint', privateKey: createPrivateKey(published) })
    expect(signed).toBe(
      'Signature version="1",headers="date (request-target) host",keyId="tenancy/user/fingerprint",algorithm="rsa-sha256",signature="GBas7grhyrhSKHP6AVIj/h5/Vp8bd/peM79H9Wv8kjoaCivujVXlpbKLjMPeDUhxkFIWtTtLBj3sUzaFj34XE6YZAHc9r2DmE4pMwOAy/kiITcZxa1oHPOeRheC0jP2dqbTll8fmTZVwKZOKHYPtrLJIJQHJjNvxFWeHQjMaR7M="',
    )
  })

  test('a bucket that is said once not to be there is asked for again', async () => {
    const server = await startOracleServer({ declines: 1 })
    expect(value(await client(server.endpoint, await temporaryFolder()).snapshots.read(REF, SIGNAL))).toBeUndefined()
  })

  test('a bucket that is not there, keys that do not fit and a missing region are said', async () => {
    const server = await startOracleServer()
    const folder = await temporaryFolder()
    const said = async (endpoint: string | undefined, changes: Parameters<typeof client>[2] = {}) => {
      const read = await client(endpoint, folder, changes).snapshots.read(REF, SIGNAL)
      return read.ok ? 'read' : `${read.error.kind}: ${read.error.message.replace(folder, 'HOME')}`
    }
    expect(await said(server.endpoint, { bucket: 'other' })).toMatchInlineSnapshot(
      `"invalid-configuration: There is no bucket other in the namespace tests in this region, or these credentials may not use it (Oracle does not say which). Make it first, or allow it."`,
    )
    expect(await said(server.endpoint, { environment: { ...KEY, OCI_CLI_FINGERPRINT: 'aa:bb' } })).toMatchInlineSnapshot(
      `"unauthorized: Reading ocistore://tests/states/team a+b/ü/default/bookinfo.json: the store refuses it to these credentials (status 401, NotAuthenticated)."`,
    )
    expect(await said(server.endpoint, { environment: {} })).toMatchInlineSnapshot(
      `"unauthorized: There are no credentials for Oracle's Object Storage: the profile "DEFAULT" of "HOME/.oci/config" needs user, tenancy, fingerprint and key_file ("oci setup config"), or set OCI_CLI_USER, OCI_CLI_TENANCY, OCI_CLI_FINGERPRINT and OCI_CLI_KEY_FILE."`,
    )
    expect(await said(server.endpoint, { environment: { ...KEY, OCI_CLI_KEY_CONTENT: 'open-barley' } })).toMatchInlineSnapshot(
      `"unauthorized: The private key for Oracle's Object Storage (key_file, OCI_CLI_KEY_FILE) can't be read: no PEM, or another pass phrase."`,
    )
    expect(await said(undefined)).toMatchInlineSnapshot(
      `"invalid-configuration: A state in Oracle's Object Storage needs its region: add ?region=REGION, set OCI_CLI_REGION, or name it in the profile."`,
    )
    expect(await said('http://127.0.0.1:1')).toContain('unreachable: ')
  })

  test('an API key of a profile, one under a pass phrase, and a session’s token let in', async () => {
    const server = await startOracleServer()
    const folder = await temporaryFolder()
    await mkdir(join(folder, '.oci'))
    await writeFile(join(folder, '.oci', 'key.pem'), pem)
    await writeFile(join(folder, '.oci', 'sealed.pem'), sealedPem)
    await writeFile(join(folder, '.oci', 'token'), `${sessionToken}\n`)
    const profiles = [
      `[DEFAULT]\nuser=${user}\nfingerprint=${fingerprint}\ntenancy=${tenancy}\nkey_file=~/.oci/key.pem\nregion=eu-frankfurt-1`,
      '[SEALED]\nkey_file=~/.oci/sealed.pem\npass_phrase=open-barley',
      '[SESSION]\nsecurity_token_file=~/.oci/token',
    ]
    await writeFile(join(folder, '.oci', 'config'), `# made by hand\n${profiles.join('\n\n')}\n`)
    for (const environment of [{}, { OCI_CLI_PROFILE: 'SEALED' }, { OCI_CLI_PROFILE: 'SESSION' }]) {
      expect(value(await client(server.endpoint, folder, { environment }).snapshots.read(REF, SIGNAL))).toBeUndefined()
    }
    const wrong = { OCI_CLI_PROFILE: 'SEALED', OCI_CLI_PASSPHRASE: 'wrong' }
    expect(refusal(await client(server.endpoint, folder, { environment: wrong }).snapshots.read(REF, SIGNAL))).toBe(
      'unauthorized',
    )
  })
})
