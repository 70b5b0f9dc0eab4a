/** Models of `node.k8s.io/v1`, in the notation of `model-notation.ts`. */
export const nodeModels = `
RuntimeClass
  kind string
  apiVersion string
  metadata ObjectMeta
  handler! string
  overhead *RuntimeOverhead
  scheduling *RuntimeScheduling
RuntimeOverhead
  podFixed {quantity}
RuntimeScheduling
  nodeSelector {string} atomic
  tolerations [Toleration] atomic
`

/** Models of `certificates.k8s.io/v1`. */
export const certificateModels = `
CertificateSigningRequest
  kind string
  apiVersion string
  metadata ObjectMeta
  spec! CertificateSigningRequestSpec
  status CertificateSigningRequestStatus
CertificateSigningRequestSpec
  request! bytes
  signerName! string
  expirationSeconds *int32
  usages [string] atomic
  username string
  uid string
  groups [string] atomic
  extra {[string]}
CertificateSigningRequestStatus
  conditions [CertificateSigningRequestCondition] map:type
  certificate bytes
CertificateSigningRequestCondition
  type! string
  status! string
  reason string
  message string
  lastUpdateTime time
  lastTransitionTime time
`
