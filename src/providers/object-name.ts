export { joinName, nameAbout, objectNameOf, slug } from '../design/object-name.ts'
