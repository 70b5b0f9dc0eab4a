import { existsSync } from 'node:fs'
import { delimiter, resolve } from 'node:path'
import type { TargetOpeners } from '../engine/connect.ts'
import type { CommandIo } from './command-io.ts'
import { designFolder } from './design-folder.ts'
import { cacheDirectory, embeddedDirectory } from './local-project.ts'
import { VERSION } from './version.ts'

/** How clusters are reached from a command. The heavy parts are loaded only when a cluster of that kind is named. */
export function targetOpeners(io: CommandIo): TargetOpeners {
  const userAgent = `meshform/${VERSION}`
  const sandbox: TargetOpeners['sandbox'] = async (cluster) => {
    const { openSandboxTarget } = await import('./open-sandbox.ts')
    return openSandboxTarget(cluster, embeddedDirectory(io, cluster), userAgent, io.signal)
  }
  if (io.onlySandboxes === true) {
    const message = 'A test reaches no Consul server'
    return { sandbox, kubernetes: sandbox, consul: async () => ({ ok: false, error: { kind: 'unreachable', message } }) }
  }
  return {
    sandbox,
    kubernetes: async (cluster, { context, kubeconfig, beside }) => {
      const { openKubernetesTarget } = await import('../targets/kubernetes/open.ts')
      return openKubernetesTarget({
        cluster,
        context,
        kubeconfigPath: kubeconfig === undefined ? undefined : kubeconfigFiles(io, kubeconfig, beside),
        userAgent,
        cacheDirectory: cacheDirectory(io),
        environment: io.env,
      })
    },
    consul: async (cluster, spec) => {
      const { openConsulTarget } = await import('../targets/consul/open.ts')
      return openConsulTarget({ cluster, spec, environment: io.env })
    },
  }
}

/**
 * The files of a kubeconfig. One that a design names is beside the design, like its manifests; where no such file is
 * there (a saved plan is applied without its design), it is in the current folder, as one of the command line is.
 */
function kubeconfigFiles(io: CommandIo, kubeconfig: string, beside: string | undefined): string {
  const found = kubeconfig.split(delimiter).map((file) => {
    const besideDesign = beside === undefined ? undefined : resolve(designFolder(io, beside), file)
    return besideDesign !== undefined && existsSync(besideDesign) ? besideDesign : file
  })
  return found.join(delimiter)
}
