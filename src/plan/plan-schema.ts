import Type from 'typebox'

const text = Type.String()
const optionalText = Type.Optional(Type.String())
const location = Type.Object({ file: text, line: Type.Integer({ minimum: 1 }), column: Type.Integer({ minimum: 1 }) })
const path = Type.Array(Type.Union([Type.String(), Type.Integer()]))
const objectKey = Type.Object({ cluster: text, group: text, kind: text, namespace: text, name: text })
const looseObject = Type.Object({}, { additionalProperties: true })
const oneOf = <Value extends string>(...values: Value[]) => Type.Unsafe<Value>({ type: 'string', enum: values })
const sha256 = Type.String({ pattern: '^[0-9a-f]{64}$' })
const checkStatus = oneOf('pass', 'fail', 'error', 'unknown')
const checkAddress = Type.Object({
  kind: oneOf('resource', 'check'),
  name: text,
  to_display: text,
  module: optionalText,
})
const checkInstance = Type.Object({
  address: Type.Object({ to_display: text, instance_key: optionalText }),
  status: checkStatus,
  problems: Type.Optional(Type.Array(Type.Object({ message: text }))),
})
const nullable = (schema: Type.TSchema) => Type.Union([schema, Type.Null()])

const resourceChange = Type.Object(
  {
    address: Type.String({ description: 'Unique in the plan; opaque.' }),
    previous_address: optionalText,
    module_address: optionalText,
    mode: Type.Literal('managed'),
    type: text,
    name: text,
    index: optionalText,
    provider_name: text,
    change: Type.Object(
      {
        actions: Type.Array(oneOf('no-op', 'create', 'update', 'delete', 'forget'), { minItems: 1, maxItems: 2 }),
        before: nullable(looseObject),
        after: nullable(looseObject),
        after_unknown: Type.Unknown(),
        before_sensitive: Type.Unknown(),
        after_sensitive: Type.Unknown(),
        replace_paths: Type.Optional(Type.Array(path)),
        importing: Type.Optional(Type.Object({ id: text })),
      },
      { description: 'What changes, in the words of the envelope. Secret values are masked.' },
    ),
    action_reason: optionalText,
    meshform: Type.Object(
      {
        id: text,
        key: objectKey,
        apiVersion: text,
        address: text,
        previousAddress: optionalText,
        action: Type.Unsafe<string>({
          type: 'string',
          enum: ['no-op', 'create', 'update', 'replace', 'delete', 'forget', 'import'],
        }),
        reason: optionalText,
        certainty: Type.Unsafe<string>({ type: 'string', enum: ['exact', 'approximate', 'deferred'] }),
        certaintyReason: optionalText,
        fields: Type.Array(
          Type.Object({
            path,
            before: Type.Optional(Type.Unknown()),
            after: Type.Optional(Type.Unknown()),
            origin: Type.Optional(location),
            sensitive: Type.Boolean(),
          }),
        ),
        desired: Type.Optional(looseObject),
        desiredDigest: optionalText,
        liveDigest: optionalText,
        uid: optionalText,
        dependencies: Type.Array(text),
        origin: Type.Optional(location),
        wait: Type.Boolean(),
        applyTimeout: Type.Number({ minimum: 0 }),
        deleteTimeout: Type.Number({ minimum: 0 }),
        conflict: Type.Unsafe<string>({ type: 'string', enum: ['fail', 'force', 'leave'] }),
        conflicts: Type.Optional(
          Type.Array(
            Type.Object({
              field: text,
              manager: text,
              outcome: Type.Unsafe<string>({ type: 'string', enum: ['refused', 'taken', 'left'] }),
            }),
            { description: 'Fields that other managers own.' },
          ),
        ),
        takesFrom: Type.Optional(
          Type.Array(text, { description: 'Managers whose fields become those of this design before it is applied.' }),
        ),
        protect: Type.Union([Type.Boolean(), Type.Literal('confirm')]),
        implicit: Type.Boolean(),
        createBeforeDestroy: Type.Boolean(),
        sensitivePaths: Type.Array(path),
      },
      { description: 'What apply carries out.' },
    ),
  },
  { description: 'The change of one object.' },
)

const plannedComponent = Type.Object(
  {
    section: text,
    address: text,
    name: text,
    key: optionalText,
    scope: text,
    cluster: text,
    dependencies: Type.Array(text),
    location,
    spec: looseObject,
    files: Type.Optional(Type.Array(Type.Object({ manifest: looseObject, location, stage: Type.Optional(Type.Integer()) }))),
  },
  { description: 'A component after evaluation.' },
)

/** The plan file: Terraform's envelope, with what is ours under `meshform`. schemas/plan.schema.json is made from it. */
export const planFileSchema = Type.Object(
  {
    format_version: Type.String({ pattern: '^1\\.', description: 'Version of the envelope.' }),
    terraform_version: text,
    applyable: Type.Boolean(),
    complete: Type.Boolean(),
    errored: Type.Boolean(),
    resource_changes: Type.Array(resourceChange),
    variables: Type.Optional(
      Type.Record(
        Type.String(),
        Type.Object({ value: Type.Optional(Type.Unknown()), sensitive: Type.Optional(Type.Boolean()) }),
        { description: 'Inputs; values of sensitive ones are not in a plan.' },
      ),
    ),
    resource_drift: Type.Array(resourceChange),
    relevant_attributes: Type.Optional(
      Type.Array(Type.Object({ resource: text, attribute: path }), { description: 'Fields whose drift concerns the design.' }),
    ),
    output_changes: Type.Record(
      Type.String(),
      Type.Object({
        actions: Type.Array(oneOf('no-op', 'create', 'update', 'delete'), { minItems: 1, maxItems: 1 }),
        before: Type.Unknown(),
        after: Type.Unknown(),
        after_unknown: Type.Boolean(),
        before_sensitive: Type.Boolean(),
        after_sensitive: Type.Boolean(),
      }),
    ),
    checks: Type.Array(
      Type.Object({
        address: checkAddress,
        status: checkStatus,
        instances: Type.Optional(Type.Array(checkInstance)),
        meshform: Type.Optional(
          Type.Object({ address: text, spec: Type.Unknown(), dependencies: Type.Array(text) }, { description: 'A perf-check.' }),
        ),
      }),
    ),
    meshform: Type.Object(
      {
        version: Type.String({ pattern: '^1\\.', description: 'Version of what is ours.' }),
        meshform_version: text,
        checksum: Type.Optional(
          Type.String({
            description: 'sha256 of this document without its white space and without the checksum: a changed plan is refused.',
          }),
        ),
        mode: Type.Unsafe<string>({ type: 'string', enum: ['apply', 'destroy', 'refresh-only'] }),
        design: Type.Object({
          name: text,
          version: optionalText,
          digest: sha256,
          directory: text,
          paths: Type.Optional(Type.Array(text)),
          inputs: looseObject,
        }),
        options: Type.Object({
          workspace: text,
          context: optionalText,
          state: optionalText,
          selection: Type.Object({
            target: Type.Array(text),
            exclude: Type.Array(text),
            replace: Type.Array(text),
            confirm: Type.Array(text),
          }),
          rollbackTo: Type.Optional(Type.Integer({ minimum: 1 })),
        }),
        state: Type.Object({ lineage: text, serial: Type.Integer({ minimum: 0 }) }),
        clusters: Type.Array(
          Type.Object({ name: text, kind: text, context: optionalText, server: optionalText, version: optionalText }),
        ),
        barriers: Type.Record(Type.String(), Type.Array(text)),
        diagnostics: Type.Array(looseObject),
        conditions: Type.Optional(
          Type.Array(
            Type.Object({
              kind: Type.Unsafe<string>({ type: 'string', enum: ['component', 'policy'] }),
              address: text,
              status: checkStatus,
              problems: Type.Array(text),
            }),
            { description: 'Conditions of components and policies, as they stood when the plan was made.' },
          ),
        ),
        content: Type.Optional(
          Type.Object(
            {
              design: Type.Object(
                {
                  labels: looseObject,
                  clusters: Type.Record(Type.String(), looseObject),
                  state: Type.Optional(looseObject),
                  components: Type.Array(plannedComponent),
                  outputs: Type.Array(looseObject),
                  policies: Type.Array(looseObject),
                  moved: Type.Array(looseObject),
                  imports: Type.Array(looseObject),
                  removed: Type.Array(looseObject),
                },
                { description: 'The evaluated design. Secret values are not in it.' },
              ),
              inputs: Type.Record(Type.String(), Type.Object({ type: text, sensitive: Type.Boolean() })),
              secrets: Type.Optional(looseObject),
              written: Type.Optional(looseObject),
              files: Type.Record(Type.String(), text),
            },
            { description: 'What the design came to: the plan is carried out without its files.' },
          ),
        ),
      },
      { description: 'What is meshform’s own.' },
    ),
  },
  { $id: 'https://meshform.dev/schemas/plan.schema.json', description: 'A saved meshform plan.' },
)
