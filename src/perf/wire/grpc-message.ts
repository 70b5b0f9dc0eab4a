/** A message in gRPC's length-prefixed framing, uncompressed: a zero flag, four bytes of length, the message. */
export function frameGrpcMessage(message: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(5 + message.length)
  frame[0] = 0
  frame.writeUInt32BE(message.length, 1)
  frame.set(message, 5)
  return frame
}

/** Protobuf bytes of `grpc.health.v1.HealthCheckRequest`: the service's name as field 1, or nothing for the whole server. */
export function healthCheckMessage(service: string): Buffer {
  if (service === '') return Buffer.alloc(0)
  const name = Buffer.from(service, 'utf8')
  if (name.length > 127) throw new RangeError('a service name of more than 127 bytes')
  return Buffer.concat([Buffer.from([0x0a, name.length]), name])
}
