/** Models of `apiextensions.k8s.io/v1`, in the notation of `model-notation.ts`. */
export const extensionModels = `
CustomResourceDefinition
  kind string
  apiVersion string
  metadata ObjectMeta
  spec! CustomResourceDefinitionSpec
  status CustomResourceDefinitionStatus
CustomResourceDefinitionSpec
  group! string
  names! CustomResourceDefinitionNames
  scope! string
  versions! [CustomResourceDefinitionVersion] atomic
  conversion *CustomResourceConversion
  preserveUnknownFields bool
CustomResourceDefinitionNames
  plural! string
  singular string
  shortNames [string] atomic
  kind! string
  listKind string
  categories [string] atomic
CustomResourceDefinitionVersion
  name! string
  served! bool
  storage! bool
  deprecated bool
  deprecationWarning *string
  schema *CustomResourceValidation
  subresources *CustomResourceSubresources
  additionalPrinterColumns [CustomResourceColumnDefinition] atomic
  selectableFields [SelectableField] atomic
CustomResourceValidation
  openAPIV3Schema *JSONSchemaProps
CustomResourceSubresources
  status *CustomResourceSubresourceStatus
  scale *CustomResourceSubresourceScale
CustomResourceSubresourceStatus
CustomResourceSubresourceScale
  specReplicasPath! string
  statusReplicasPath! string
  labelSelectorPath *string
CustomResourceColumnDefinition
  name! string
  type! string
  format string
  description string
  priority int32
  jsonPath! string
SelectableField
  jsonPath! string
CustomResourceConversion
  strategy! string
  webhook *WebhookConversion
WebhookConversion
  clientConfig *WebhookClientConfig
  conversionReviewVersions! [string] atomic
CustomResourceDefinitionStatus
  conditions! [CustomResourceDefinitionCondition] map:type
  acceptedNames! CustomResourceDefinitionNames
  storedVersions! [string] atomic
CustomResourceDefinitionCondition
  type! string
  status! string
  lastTransitionTime time
  reason string
  message string
  observedGeneration int64
ExternalDocumentation
  description string
  url string
ValidationRule
  rule! string
  message string
  messageExpression string
  reason *string
  fieldPath string
  optionalOldSelf *bool
JSONSchemaProps
  id string
  $schema string
  $ref *string
  description string
  type string
  format string
  title string
  default *json
  maximum *number
  exclusiveMaximum bool
  minimum *number
  exclusiveMinimum bool
  maxLength *int64
  minLength *int64
  pattern string
  maxItems *int64
  minItems *int64
  uniqueItems bool
  multipleOf *number
  enum [json] atomic
  maxProperties *int64
  minProperties *int64
  required [string] atomic
  items *schema
  allOf [JSONSchemaProps] atomic
  oneOf [JSONSchemaProps] atomic
  anyOf [JSONSchemaProps] atomic
  not *JSONSchemaProps
  properties {JSONSchemaProps}
  additionalProperties *schema
  patternProperties {JSONSchemaProps}
  dependencies {schema}
  additionalItems *schema
  definitions {JSONSchemaProps}
  externalDocs *ExternalDocumentation
  example *json
  nullable bool
  x-kubernetes-preserve-unknown-fields *bool
  x-kubernetes-embedded-resource bool
  x-kubernetes-int-or-string bool
  x-kubernetes-list-map-keys [string] atomic
  x-kubernetes-list-type *string
  x-kubernetes-map-type *string
  x-kubernetes-validations [ValidationRule] map:rule patch:merge/rule
`
