/** Models of discovery, coordination, scheduling, storage, events and API registration, in the notation of `model-notation.ts`. */
export const clusterModels = `
EndpointSlice
  kind string
  apiVersion string
  metadata ObjectMeta
  addressType! string
  endpoints! [Endpoint] atomic
  ports! [SliceEndpointPort] atomic
Endpoint
  addresses! [string] set
  conditions EndpointConditions
  hostname *string
  targetRef *ObjectReference
  deprecatedTopology {string}
  nodeName *string
  zone *string
  hints *EndpointHints
SliceEndpointPort atomic
  name *string
  protocol *string
  port *int32
  appProtocol *string
EndpointConditions
  ready *bool
  serving *bool
  terminating *bool
EndpointHints
  forZones [ForZone] atomic
  forNodes [ForNode] atomic
ForZone
  name! string
ForNode
  name! string
Lease
  kind string
  apiVersion string
  metadata ObjectMeta
  spec LeaseSpec
LeaseSpec
  holderIdentity *string
  leaseDurationSeconds *int32
  acquireTime *microTime
  renewTime *microTime
  leaseTransitions *int32
  strategy *string
  preferredHolder *string
PriorityClass
  kind string
  apiVersion string
  metadata ObjectMeta
  value! int32
  globalDefault bool
  description string
  preemptionPolicy *string
StorageClass
  kind string
  apiVersion string
  metadata ObjectMeta
  provisioner! string
  parameters {string}
  reclaimPolicy *string
  mountOptions [string] atomic
  allowVolumeExpansion *bool
  volumeBindingMode *string
  allowedTopologies [TopologySelectorTerm] atomic
EventsEvent
  kind string
  apiVersion string
  metadata! ObjectMeta
  eventTime! microTime
  series *EventsEventSeries
  reportingController string
  reportingInstance string
  action string
  reason string
  regarding ObjectReference
  related *ObjectReference
  note string
  type string
  deprecatedSource EventSource
  deprecatedFirstTimestamp time
  deprecatedLastTimestamp time
  deprecatedCount int32
EventsEventSeries
  count! int32
  lastObservedTime! microTime
APIService
  kind string
  apiVersion string
  metadata ObjectMeta
  spec APIServiceSpec
  status APIServiceStatus
APIServiceSpec
  service *APIServiceReference
  group string
  version string
  insecureSkipTLSVerify bool
  caBundle bytes
  groupPriorityMinimum! int32
  versionPriority! int32
APIServiceReference
  namespace string
  name string
  port *int32
APIServiceStatus
  conditions [APIServiceCondition] map:type patch:merge/type
APIServiceCondition
  type! string
  status! string
  lastTransitionTime time
  reason string
  message string
`
