/**
 * One line a model (`Name sentence`), a field (`Name.field sentence`), or a field wherever it occurs (`.field sentence`), shown
 * by `kubectl explain`.
 */
export const fieldDescriptions = `
.kind The kind of the object, such as Deployment.
.apiVersion The group and version that the object is written in.
.metadata Name, namespace, labels and the rest of the object's identity.
.spec What is wanted.
.status What was last seen; written by the system.
`
