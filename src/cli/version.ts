declare const __MESHFORM_VERSION__: string | undefined

/** The version of meshform: put in by the build, `0.0.0` when run from source. */
export const VERSION: string = typeof __MESHFORM_VERSION__ === 'string' ? __MESHFORM_VERSION__ : '0.0.0'
