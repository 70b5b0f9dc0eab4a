import { bytesOf, dataOut, numberOut, OK, sizeOut, takeText } from './abi'
import { proxy_define_metric, proxy_get_current_time_nanoseconds, proxy_get_shared_data, proxy_set_shared_data } from './env'

/** What shared data holds for a key, with the number that a safe write has to name. */
export class SharedValue {
  constructor(
    public text: string,
    public cas: u32,
  ) {}
}

/** Empty text and number 0 when there is nothing. */
export function sharedValue(key: string): SharedValue {
  const name = bytesOf(key)
  if (proxy_get_shared_data(changetype<usize>(name), name.byteLength, dataOut, sizeOut, numberOut) !== OK)
    return new SharedValue('', 0)
  const text = takeText()
  return new SharedValue(text, load<u32>(numberOut))
}

/** Writes if nobody else has since; answers the host's status. */
export function setSharedValue(key: string, text: string, cas: u32): u32 {
  const name = bytesOf(key)
  const value = bytesOf(text)
  return proxy_set_shared_data(changetype<usize>(name), name.byteLength, changetype<usize>(value), value.byteLength, cas)
}

/** A metric's number; 0 when the host refuses it. */
export function defineMetric(type: u32, name: string): u32 {
  const bytes = bytesOf(name)
  return proxy_define_metric(type, changetype<usize>(bytes), bytes.byteLength, numberOut) === OK ? load<u32>(numberOut) : 0
}

/** Milliseconds since 1970. */
export function now(): u64 {
  return proxy_get_current_time_nanoseconds(numberOut) === OK ? load<u64>(numberOut) / 1_000_000 : 0
}
