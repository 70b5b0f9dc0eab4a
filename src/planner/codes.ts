/** Mistakes that only the planner can see. Documented in docs/diagnostics.md. */
export const PLANNER_CODES = {
  MF2001: {
    title: 'Object claimed twice',
    explanation: 'Two components make the same object. An object has one owner; remove one of them or give it another name.',
  },
  MF2002: { title: 'Unknown provider', explanation: 'The mesh names a provider that meshform does not know.' },
  MF2003: {
    title: 'Objects wait for each other',
    explanation: 'The order of objects has a cycle, so none of them could be applied first.',
  },
  MF2004: {
    title: 'Component without a mesh',
    explanation: 'The component needs a mesh: name one, or give its workload a mesh.',
  },
  MF2005: {
    title: 'Protected object would be deleted',
    explanation:
      'lifecycle.protect forbids a plan that deletes or replaces the object; `protect: confirm` allows it where --confirm names it.',
  },
  MF2006: {
    title: 'Object exists already',
    explanation: 'The object is there and the adoption policy does not let this design take it.',
  },
  MF2007: {
    title: 'Nothing left of the design',
    explanation:
      'The design is empty although its state is not: applying it would delete everything. Use destroy if that is meant.',
  },
  MF2008: { title: 'Too many deletes', explanation: 'The plan deletes more objects than --max-deletes allows.' },
  MF2011: { title: 'Condition does not hold', explanation: 'A precondition, postcondition or policy of the design is false.' },
  MF2012: {
    title: 'Nothing matches the pattern',
    explanation: 'An address pattern of --target, --exclude, --replace or --confirm matches no component.',
  },
  MF2014: {
    title: 'Block without effect',
    explanation: 'A moved, removed or imports block names a component or an object that is not what the block says.',
  },
  MF2015: {
    title: 'No second object of the name',
    explanation:
      'lifecycle.createBeforeDestroy is set, and the object must be replaced under its own name: a cluster holds one object of a name, so the old one has to go first.',
  },
  MF2016: {
    title: 'Stays while something is in it',
    explanation:
      'A namespace, or the definition of a kind, would be deleted while something of this design stays in it or another design has objects there. It stays, and stays recorded, until nothing is left in it.',
  },
  MF2017: {
    title: 'Would take others along',
    explanation:
      'A namespace, or the definition of a kind, would be replaced, and in it is what the plan must not touch: objects of another design, given up, or left out by --exclude.',
  },
  MF2018: {
    title: 'Takes along what no design made',
    explanation:
      'A namespace, or the definition of a kind, goes, and with it live objects that nobody is marked as the owner of.',
  },
  MF2019: {
    title: 'Replacement left out',
    explanation: 'What --replace names is not in the plan, since --target does not reach it or --exclude leaves it out.',
  },
  MF2020: {
    title: 'Part of a plan',
    explanation: '--target or --exclude leaves out objects of design or state that have something to be done.',
  },
  MF2031: {
    title: 'Another cluster',
    explanation:
      'The recorded objects were applied to a cluster of another name than the one that is asked now, as when `--context` is forgotten.',
  },
  MF2037: {
    title: 'Object does not fit its definition',
    explanation:
      'The kind of an object is defined by the same plan, and that definition has not got a field of the object, wants another value there, or wants a field that is missing. An apply would fail on it.',
  },
  MF2036: {
    title: 'Left to others',
    explanation:
      'A namespace that the plan made for its objects is forgotten and not deleted: objects that this design does not know are in it.',
  },
  MF2035: {
    title: 'Ignored field that is not there',
    explanation:
      'A path of lifecycle.ignoreChanges leads nowhere: no object of the component has such a field, designed or live.',
  },
  MF2039: {
    title: 'Field that the kind does not have',
    explanation:
      'An object of a kind of Kubernetes itself has a field that this kind does not have: `meshform validate` and `meshform plan` know them without a cluster, and a server refuses the object.',
  },
  MF2038: {
    title: 'Field that a mesh takes once and for all',
    explanation:
      'The mesh refuses the change of this field, and making the object anew would not do either: everything that belongs to it would go.',
  },
  MF2034: {
    title: 'Kind is not served',
    explanation: 'The server does not know the kind of an object, and no definition of it is in the plan: an apply would fail.',
  },
  MF2033: {
    title: 'Nothing to version',
    explanation: 'lifecycle.versioned is set on a component that makes neither a ConfigMap nor a Secret.',
  },
  MF2032: {
    title: 'Rule that can not be read',
    explanation:
      'A rule for fields that others write, or for the health of objects, has a path that is none, an expression that can not be read, or says nothing.',
  },
  MF2030: {
    title: 'Object can not be put back',
    explanation: 'A rollback would have to send an object whose secret values the state does not hold.',
  },
} as const
