/**
 * The types with an identifier of the REST API (`rawId`) and no global `id`, so that a cache stores
 * their objects inside the object that contains them: the same entitlement has a different account
 * under each review item, and the same person can be a Reviewer and an Identity.
 */
export const embedded = [
  'AccessProfile',
  'Account',
  'AccountOwner',
  'CampaignFilterReference',
  'CertificationReference',
  'Entitlement',
  'Identity',
  'OtherAccess',
  'Reviewer',
  'Role',
  'SourceReference',
];
