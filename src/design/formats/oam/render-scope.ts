import type { JsonObject } from '../../../plan/json.ts'
import type { ValuePath } from '../../../plan/source.ts'
import type { MistakeWords } from '../../mistake.ts'
import type { Places } from '../places.ts'

/** What a component or trait is rendered for. */
export interface RenderScope {
  /** Name of the Application. */
  readonly application: string
  /** Name of the component. */
  readonly component: string
  /** Namespace of the Application. */
  readonly namespace: string
  readonly places: Places
  /** Says what can't be understood; the path is one within `properties`. */
  readonly refuse: (path: ValuePath, words: MistakeWords) => void
  /** Says what is left out; the path is one within `properties`. */
  readonly leaveOut: (path: ValuePath, words: MistakeWords) => void
}

/** What a component has become so far: its workload, and what stands beside it, by the name that outputs are known by. */
export interface Rendered {
  readonly output: JsonObject
  readonly outputs: { readonly [name: string]: JsonObject }
}

/** The label by which a component's pods are selected. */
export const COMPONENT_LABEL = 'app.oam.dev/component'
/** The label that names the application. */
export const APPLICATION_LABEL = 'app.oam.dev/name'
