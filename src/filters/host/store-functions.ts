import { Status } from '../abi/constants.ts'
import type { Guest, HostFunctionTable } from './guest.ts'

/** Host functions over what filters share: data, queues and metrics. */
export function storeFunctions(guest: Guest): HostFunctionTable {
  const { world, settings } = guest
  return {
    proxy_get_shared_data: (key: number, keyLength: number, pointerOut: number, sizeOut: number, casOut: number) => {
      const name = guest.memory.text(key, keyLength)
      if (name === undefined) return Status.invalidMemoryAccess
      const entry = world.sharedData.get(settings.vmId, name)
      if (entry === undefined) return Status.notFound
      const status = guest.memory.giveBytes(entry.value, pointerOut, sizeOut)
      if (status !== Status.ok) return status
      return guest.memory.writeU32(casOut, entry.cas) ? Status.ok : Status.invalidMemoryAccess
    },
    proxy_set_shared_data: (key: number, keyLength: number, value: number, valueLength: number, cas: number) => {
      const name = guest.memory.text(key, keyLength)
      const bytes = guest.memory.copy(value, valueLength)
      if (name === undefined || bytes === undefined) return Status.invalidMemoryAccess
      return world.sharedData.set(settings.vmId, name, bytes, cas >>> 0)
    },
    proxy_register_shared_queue: (name: number, nameLength: number, idOut: number) => {
      const text = guest.memory.text(name, nameLength)
      if (text === undefined) return Status.invalidMemoryAccess
      const id = world.queues.register(settings.vmId, text, guest)
      if (id === undefined) return Status.internalFailure
      return guest.memory.writeU32(idOut, id) ? Status.ok : Status.invalidMemoryAccess
    },
    proxy_resolve_shared_queue: (vmId: number, vmIdLength: number, name: number, nameLength: number, idOut: number) => {
      const vm = guest.memory.text(vmId, vmIdLength)
      const text = guest.memory.text(name, nameLength)
      if (vm === undefined || text === undefined) return Status.invalidMemoryAccess
      const id = world.queues.resolve(vm === '' ? settings.vmId : vm, text) // no VM's name is the guest's own
      if (id === undefined) return Status.notFound
      return guest.memory.writeU32(idOut, id) ? Status.ok : Status.invalidMemoryAccess
    },
    proxy_enqueue_shared_queue: (id: number, value: number, valueLength: number) => {
      const bytes = guest.memory.copy(value, valueLength)
      if (bytes === undefined) return Status.invalidMemoryAccess
      const put = world.queues.enqueue(id >>> 0, bytes)
      if ('status' in put) return put.status
      world.queueNotices.push({ guest: put.owner, queue: id >>> 0 })
      return Status.ok
    },
    proxy_dequeue_shared_queue: (id: number, pointerOut: number, sizeOut: number) => {
      const taken = world.queues.dequeue(id >>> 0)
      return 'status' in taken ? taken.status : guest.memory.giveBytes(taken.item, pointerOut, sizeOut)
    },
    proxy_define_metric: (type: number, name: number, nameLength: number, idOut: number) => {
      const text = guest.memory.text(name, nameLength)
      if (text === undefined) return Status.invalidMemoryAccess
      const defined = world.metrics.define(type, text)
      if ('status' in defined) return defined.status
      return guest.memory.writeU32(idOut, defined.id) ? Status.ok : Status.invalidMemoryAccess
    },
    proxy_increment_metric: (id: number, offset: bigint) => world.metrics.increment(id >>> 0, BigInt(offset)),
    proxy_record_metric: (id: number, value: bigint) => world.metrics.record(id >>> 0, BigInt.asUintN(64, BigInt(value))),
    proxy_get_metric: (id: number, valueOut: number) => {
      const found = world.metrics.get(id >>> 0)
      if ('status' in found) return found.status
      return guest.memory.writeU64(valueOut, found.value) ? Status.ok : Status.invalidMemoryAccess
    },
  }
}
