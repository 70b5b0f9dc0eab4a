import type { ComponentOf } from '../../design/component.ts'
import type { Scope } from '../contract.ts'
import { ROOT_NAMESPACE } from './api.ts'

/** The namespace of a gateway: its own, else that of its mesh. */
export function gatewayNamespace(gateway: ComponentOf<'gateways'>, scope: Scope): string {
  return gateway.spec.namespace ?? scope.mesh.spec.namespace ?? ROOT_NAMESPACE
}
