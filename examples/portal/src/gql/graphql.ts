/* eslint-disable */
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';
export type Maybe<T> = T | null;
export type InputMaybe<T> = T | null | undefined;
export type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
export type MakeOptional<T, K extends keyof T> = Omit<T, K> & { [SubKey in K]?: Maybe<T[SubKey]> };
export type MakeMaybe<T, K extends keyof T> = Omit<T, K> & { [SubKey in K]: Maybe<T[SubKey]> };
export type MakeEmpty<T extends { [key: string]: unknown }, K extends keyof T> = { [_ in K]?: never };
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
/** All built-in and custom scalars, mapped to their actual values */
export type Scalars = {
  ID: { input: string; output: string; }
  String: { input: string; output: string; }
  Boolean: { input: boolean; output: boolean; }
  Int: { input: number; output: number; }
  Float: { input: number; output: number; }
  /**
   * A date and time in the format of RFC 3339. Returned values are always in UTC with milliseconds, such
   * as 2026-03-01T09:30:00.000Z; inputs may have any offset. If the upstream's value is empty or cannot
   * be read, it is null.
   */
  DateTime: { input: string; output: string; }
};

/** A named bundle of entitlements on one source. A field is null if the upstream does not report it. */
export type AccessProfile = ReviewableAccess & {
  __typename?: 'AccessProfile';
  /** Whether the access profile is under cloud governance. */
  cloudGoverned?: Maybe<Scalars['Boolean']['output']>;
  /** When the access profile was created. */
  created?: Maybe<Scalars['DateTime']['output']>;
  /** What the access profile is for; null if there is none. */
  description?: Maybe<Scalars['String']['output']>;
  /** When the access expires for this identity; null if it does not expire. */
  endDate?: Maybe<Scalars['DateTime']['output']>;
  /** The entitlements in the bundle, without a further upstream call. */
  entitlements?: Maybe<Array<Entitlement>>;
  /** When the access profile last changed. */
  modified?: Maybe<Scalars['DateTime']['output']>;
  /** The name of the access profile. */
  name?: Maybe<Scalars['String']['output']>;
  /** Who is responsible for the access profile; null if no owner is named. */
  owner?: Maybe<Identity>;
  /** Whether the access profile gives far-reaching rights, and so deserves a closer look. */
  privileged?: Maybe<Scalars['Boolean']['output']>;
  /**
   * The identifier of the access profile in the REST API. The same access profile can have another
   * `endDate` under each review item.
   */
  rawId: Scalars['ID']['output'];
  /** What kind of object it is: always ACCESS_PROFILE. */
  type?: Maybe<DtoType>;
};

/**
 * One decision to make: whether one identity keeps one piece of access. The decision can be made, and
 * changed, until the certification is signed off. A plain field is null if the upstream does not
 * report it.
 */
export type AccessReviewItem = Node & {
  __typename?: 'AccessReviewItem';
  /** The access under review. */
  access?: Maybe<ReviewableAccess>;
  /**
   * The certification that the item belongs to. It costs no upstream call if the query has already
   * read the certification, and otherwise at most one for all items of a list.
   */
  certification?: Maybe<Certification>;
  /** The reviewer's comment on the decision; null if there is none. */
  comment?: Maybe<Scalars['String']['output']>;
  /** Whether the item has been decided. This does not mean that the decision is final. */
  completed?: Maybe<Scalars['Boolean']['output']>;
  /** The decision; null until one is made. The upstream does not report who made it, or when. */
  decision?: Maybe<Decision>;
  /**
   * An opaque identifier of the item, unique among objects of all types; it includes the
   * certification.
   */
  id: Scalars['ID']['output'];
  /** The identity whose access is under review. */
  identity?: Maybe<IdentitySummary>;
  /** Whether the access is new on its source. */
  newAccess?: Maybe<Scalars['Boolean']['output']>;
  /**
   * What the entitlement under review allows in detail. It costs one upstream call for each item. If
   * the upstream reports that the access is not an entitlement, or if `hasPermissions` is false, the
   * connection is empty and costs no call.
   */
  permissions?: Maybe<PermissionConnection>;
  /**
   * The identifier of the item in the REST API; it is useful only together with that of the
   * certification.
   */
  rawId: Scalars['ID']['output'];
};


/**
 * One decision to make: whether one identity keeps one piece of access. The decision can be made, and
 * changed, until the certification is signed off. A plain field is null if the upstream does not
 * report it.
 */
export type AccessReviewItemPermissionsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  filter?: InputMaybe<PermissionFilter>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  offset?: InputMaybe<Scalars['Int']['input']>;
};

/** One page of review items. */
export type AccessReviewItemConnection = {
  __typename?: 'AccessReviewItemConnection';
  /** The rows of this page in order, each with its cursor. */
  edges: Array<AccessReviewItemEdge>;
  /**
   * The rows of this page in order, without their cursors. A row that has no identifier, or cannot be
   * read, is left out, with UPSTREAM_INVALID at the connection.
   */
  nodes: Array<AccessReviewItem>;
  /** Whether there are rows before and after this page, and the cursors to continue from. */
  pageInfo: PageInfo;
  /**
   * How many rows match the filter on all pages together, including any that the upstream hides; null
   * if the upstream does not report it. Selecting it costs no further upstream call, but the upstream
   * takes longer to respond.
   */
  totalCount?: Maybe<Scalars['Int']['output']>;
};

/** One row of a page of review items. */
export type AccessReviewItemEdge = {
  __typename?: 'AccessReviewItemEdge';
  /** An opaque cursor of this row; pass it as `after` or `before` to continue from here. */
  cursor: Scalars['String']['output'];
  /** The review item in this row. */
  node: AccessReviewItem;
};

/** Which review items to list. All given conditions must hold. */
export type AccessReviewItemFilter = {
  /**
   * Items whose access itself has one of these values of `rawId`, at most 100; an empty list matches
   * nothing.
   * For access nested in a role or access profile, see `pertainingTo`.
   */
  accessIds?: InputMaybe<Array<Scalars['ID']['input']>>;
  /** Items whose access has this name. */
  accessName?: InputMaybe<TextMatch>;
  /** Items whose access is an access profile on a source with this name. */
  accessProfileSourceName?: InputMaybe<TextMatch>;
  /** Items whose access is of this kind: in practice ENTITLEMENT, ACCESS_PROFILE or ROLE. */
  accessType?: InputMaybe<DtoTypeInput>;
  /**
   * Items that are decided (true) or still to be decided (false). With false, the list shrinks as
   * items are decided, so paging through it at the same time skips rows: read every page first, or
   * start again.
   */
  completed?: InputMaybe<Scalars['Boolean']['input']>;
  /** Items whose access is an entitlement on a source with this name. */
  entitlementSourceName?: InputMaybe<TextMatch>;
  /** Items of identities with this name. */
  identityName?: InputMaybe<TextMatch>;
  /**
   * Items of one of these identities under review: the global `id` or the `rawId` of an
   * IdentitySummary, at most 100; an empty list matches nothing. The ids of the identities themselves
   * do not match.
   */
  identitySummaryIds?: InputMaybe<Array<Scalars['ID']['input']>>;
  /** Items with one of these ids, global or REST, at most 100; an empty list matches nothing. */
  ids?: InputMaybe<Array<Scalars['ID']['input']>>;
  /** Items that concern the given access, directly or through a role or access profile. */
  pertainingTo?: InputMaybe<AccessScope>;
};

/** One field to order review items by. */
export type AccessReviewItemOrder = {
  /** Whether to order ascending or descending. */
  direction?: OrderDirection;
  /** The field to order by. */
  field: AccessReviewItemOrderField;
};

/** The fields that review items can be ordered by. */
export type AccessReviewItemOrderField =
  /** By the name of the access. */
  | 'ACCESS_NAME'
  /**
   * By the source of the access profile; in ascending order, items that are not access profiles come
   * last.
   */
  | 'ACCESS_PROFILE_SOURCE_NAME'
  /** By the kind of the access. */
  | 'ACCESS_TYPE'
  /** By the source of the entitlement; in ascending order, items that are not entitlements come last. */
  | 'ENTITLEMENT_SOURCE_NAME'
  /** By the name of the identity. */
  | 'IDENTITY_NAME';

/**
 * Items that concern any of the given access, either directly or nested in a role or access profile.
 * Give exactly one of the fields.
 */
export type AccessScope =
  /** Items with one of these access profiles by `rawId`, at most 100; an empty list matches nothing. */
  { accessProfiles: Array<Scalars['ID']['input']>; entitlements?: never; roles?: never; }
  |  /** Items with one of these entitlements by `rawId`, at most 100; an empty list matches nothing. */
  { accessProfiles?: never; entitlements: Array<Scalars['ID']['input']>; roles?: never; }
  |  /** Items with one of these roles by `rawId`, at most 100; an empty list matches nothing. */
  { accessProfiles?: never; entitlements?: never; roles: Array<Scalars['ID']['input']>; };

/**
 * A piece of access under review in a certification, however many identities have it. What belongs to
 * one of them, such as `account` and `endDate`, is null in `access` here.
 */
export type AccessSummary = {
  __typename?: 'AccessSummary';
  /** The access itself; null if the upstream does not describe it. */
  access?: Maybe<ReviewableAccess>;
  /**
   * The items that grant this access, one for each identity that has it, at one upstream call for
   * every 250 rows of each piece of access. Roles and access profiles that contain it are not among
   * them: for these, see `pertainingTo` in the filter of `Certification.reviewItems`.
   */
  reviewItems?: Maybe<AccessReviewItemConnection>;
};


/**
 * A piece of access under review in a certification, however many identities have it. What belongs to
 * one of them, such as `account` and `endDate`, is null in `access` here.
 */
export type AccessSummaryReviewItemsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  filter?: InputMaybe<AccessReviewItemFilter>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  offset?: InputMaybe<Scalars['Int']['input']>;
  orderBy?: InputMaybe<Array<AccessReviewItemOrder>>;
};

/** One page of access under review. */
export type AccessSummaryConnection = {
  __typename?: 'AccessSummaryConnection';
  /** The rows of this page in order, each with its cursor. */
  edges: Array<AccessSummaryEdge>;
  /**
   * The rows of this page in order, without their cursors. A row that has no identifier, or cannot be
   * read, is left out, with UPSTREAM_INVALID at the connection.
   */
  nodes: Array<AccessSummary>;
  /** Whether there are rows before and after this page, and the cursors to continue from. */
  pageInfo: PageInfo;
  /**
   * How many rows match the filter on all pages together, including any that the upstream hides; null
   * if the upstream does not report it. Selecting it costs no further upstream call, but the upstream
   * takes longer to respond.
   */
  totalCount?: Maybe<Scalars['Int']['output']>;
};

/** One row of a page of access under review. */
export type AccessSummaryEdge = {
  __typename?: 'AccessSummaryEdge';
  /** An opaque cursor of this row; pass it as `after` or `before` to continue from here. */
  cursor: Scalars['String']['output'];
  /** The access in this row. */
  node: AccessSummary;
};

/** Which access under review to list. All given conditions must hold. */
export type AccessSummaryFilter = {
  /** Access with one of these values of `rawId`, at most 100; an empty list matches nothing. */
  accessIds?: InputMaybe<Array<Scalars['ID']['input']>>;
  /** Access with this name. */
  accessName?: InputMaybe<TextMatch>;
  /** Access profiles on a source with this name, if the type is ACCESS_PROFILE. */
  accessProfileSourceName?: InputMaybe<TextMatch>;
  /** Access that is decided for every identity (true) or still open for some (false). */
  completed?: InputMaybe<Scalars['Boolean']['input']>;
  /** Entitlements on a source with this name, if the type is ENTITLEMENT. */
  entitlementSourceName?: InputMaybe<TextMatch>;
};

/** One field to order access under review by. */
export type AccessSummaryOrder = {
  /** Whether to order ascending or descending. */
  direction?: OrderDirection;
  /** The field to order by. */
  field: AccessSummaryOrderField;
};

/** The fields that access under review can be ordered by. */
export type AccessSummaryOrderField =
  /** By the name of the access. */
  | 'ACCESS_NAME';

/** The kinds of access that `accessSummaries` lists, one at a time. */
export type AccessSummaryType =
  /** Access profiles, with what they contain. */
  | 'ACCESS_PROFILE'
  /** Entitlements that are under review by themselves, without those of roles and access profiles. */
  | 'ENTITLEMENT'
  /** Roles, with what they contain. */
  | 'ROLE';

/**
 * The account on a source that holds an entitlement. A field is null if the upstream does not report
 * it.
 */
export type Account = {
  __typename?: 'Account';
  /** How often the account is used; null if it is not measured. */
  activityInsights?: Maybe<ActivityInsights>;
  /** When the account was created. */
  created?: Maybe<Scalars['DateTime']['output']>;
  /** What the account is for; null if there is none. */
  description?: Maybe<Scalars['String']['output']>;
  /** Whether the account is currently disabled. */
  disabled?: Maybe<Scalars['Boolean']['output']>;
  /** The REST identifier of the governance group in charge of a machine account; null for others. */
  governanceGroupId?: Maybe<Scalars['ID']['output']>;
  /** Whether the account is currently locked, for example after failed sign-ins. */
  locked?: Maybe<Scalars['Boolean']['output']>;
  /** When the account last changed. */
  modified?: Maybe<Scalars['DateTime']['output']>;
  /** The name of the account. */
  name?: Maybe<Scalars['String']['output']>;
  /** The name of the account on the source itself, such as a distinguished name. */
  nativeIdentity?: Maybe<Scalars['String']['output']>;
  /** Who is in charge of a machine account; null for others. */
  owner?: Maybe<AccountOwner>;
  /** The identifier of the account in the REST API. */
  rawId?: Maybe<Scalars['ID']['output']>;
  /** What kind of object the account is. */
  type?: Maybe<DtoType>;
};

/** Who is in charge of a machine account. */
export type AccountOwner = {
  __typename?: 'AccountOwner';
  /** The name of the owner to show; null if the upstream does not report it. */
  displayName?: Maybe<Scalars['String']['output']>;
  /** The identifier of the owner in the REST API. */
  rawId?: Maybe<Scalars['ID']['output']>;
  /** What kind of object the owner is: currently always IDENTITY. */
  type?: Maybe<DtoType>;
};

/** How often an account is used. */
export type ActivityInsights = {
  __typename?: 'ActivityInsights';
  /** The REST identifier of the account. */
  accountId?: Maybe<Scalars['ID']['output']>;
  /**
   * On how many of the last 90 days the account was used; reliable only if `usageDaysState` is
   * COMPLETE.
   */
  usageDays?: Maybe<Scalars['Int']['output']>;
  /** Whether `usageDays` covers the whole period. */
  usageDaysState?: Maybe<UsageDaysState>;
};

/**
 * A campaign: certifications that were created together, to review the access of many people. Its
 * plain fields are known wherever a certification is shown, at no further upstream call, and are null
 * if the upstream does not report them.
 */
export type Campaign = Node & {
  __typename?: 'Campaign';
  /**
   * The certifications of the campaign that the caller may see: all of them for an administrator, and
   * only those to review for other callers. It costs one upstream call for every 250 rows of each
   * campaign; `details` has their number without reading them.
   */
  certifications?: Maybe<CertificationConnection>;
  /** Whether the campaign covers people with or without an account on an authoritative source. */
  correlatedStatus?: Maybe<CorrelatedStatus>;
  /** What the administrator wrote about the campaign; null if there is none. */
  description?: Maybe<Scalars['String']['output']>;
  /**
   * How far the campaign has come. It costs no upstream call below `campaigns`, `campaign` and `node`,
   * and one for every 50 campaigns elsewhere. FORBIDDEN if the caller is no administrator; null
   * without an error if the upstream no longer has the campaign.
   */
  details?: Maybe<CampaignDetails>;
  /** An opaque identifier of the campaign, unique among objects of all types. */
  id: Scalars['ID']['output'];
  /**
   * Which decisions require a comment. If this is null, the upstream does not report it, and may still
   * refuse a decision without a comment. It costs no upstream call below a certification; below
   * `campaigns`, `campaign` and `node` it costs what `settings` costs, and shares it.
   */
  mandatoryCommentRequirement?: Maybe<MandatoryCommentRequirement>;
  /** The name of the campaign; null if the upstream does not report it. */
  name?: Maybe<Scalars['String']['output']>;
  /** The identifier of the campaign in the REST API. */
  rawId: Scalars['ID']['output'];
  /**
   * What the campaign was set up with, at one further upstream call for every 50 campaigns. FORBIDDEN
   * if the caller is no administrator; null without an error if the upstream no longer has the
   * campaign.
   */
  settings?: Maybe<CampaignSettings>;
  /** How the campaign chose what is reviewed and by whom. */
  type?: Maybe<CampaignType>;
};


/**
 * A campaign: certifications that were created together, to review the access of many people. Its
 * plain fields are known wherever a certification is shown, at no further upstream call, and are null
 * if the upstream does not report them.
 */
export type CampaignCertificationsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  filter?: InputMaybe<CertificationFilter>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  offset?: InputMaybe<Scalars['Int']['input']>;
  orderBy?: InputMaybe<Array<CertificationOrder>>;
};

/** Which access of one kind a SEARCH campaign reviews. */
export type CampaignAccessConstraint = {
  __typename?: 'CampaignAccessConstraint';
  /** The REST identifiers of the access that is reviewed, if `operator` is SELECTED. */
  ids?: Maybe<Array<Scalars['ID']['output']>>;
  /** Whether all access of the kind is reviewed or only what `ids` name. */
  operator?: Maybe<CampaignAccessOperator>;
  /** The kind of access. */
  type?: Maybe<DtoType>;
};

/** Whether all access of a kind is reviewed. */
export type CampaignAccessOperator =
  /** All access of the kind. */
  | 'ALL'
  /** Only access that is named. */
  | 'SELECTED'
  /** A value that this schema does not know yet. */
  | 'UNRECOGNIZED';

/** Something that went wrong in a campaign, or might. */
export type CampaignAlert = {
  __typename?: 'CampaignAlert';
  /** How serious it is. */
  level?: Maybe<CampaignAlertLevel>;
  /** What it is, one message for each language that the upstream has it in. */
  messages?: Maybe<Array<UpstreamMessage>>;
};

/** How serious an alert is. */
export type CampaignAlertLevel =
  /** Something failed. */
  | 'ERROR'
  /** Something worth knowing. */
  | 'INFO'
  /** A value that this schema does not know yet. */
  | 'UNRECOGNIZED'
  /** Something may need attention. */
  | 'WARN';

/** One page of campaigns. */
export type CampaignConnection = {
  __typename?: 'CampaignConnection';
  /** The rows of this page in order, each with its cursor. */
  edges: Array<CampaignEdge>;
  /**
   * The rows of this page in order, without their cursors. A row that has no identifier, or cannot be
   * read, is left out, with UPSTREAM_INVALID at the connection.
   */
  nodes: Array<Campaign>;
  /** Whether there are rows before and after this page, and the cursors to continue from. */
  pageInfo: PageInfo;
  /**
   * How many rows match the filter on all pages together, including any that the upstream hides; null
   * if the upstream does not report it. Selecting it costs no further upstream call, but the upstream
   * takes longer to respond.
   */
  totalCount?: Maybe<Scalars['Int']['output']>;
};

/**
 * How far a campaign has come. The upstream shows it to administrators only. A field is null if the
 * upstream does not report it.
 */
export type CampaignDetails = {
  __typename?: 'CampaignDetails';
  /** The errors and warnings that the campaign has met so far; null or empty if there are none. */
  alerts?: Maybe<Array<CampaignAlert>>;
  /**
   * Whether undecided access may be revoked if an administrator completes the campaign after its
   * deadline.
   */
  autoRevokeAllowed?: Maybe<Scalars['Boolean']['output']>;
  /** The number of certifications that are signed off, out of `totalCertifications`. */
  completedCertifications?: Maybe<Scalars['Int']['output']>;
  /** When the campaign was created. */
  created?: Maybe<Scalars['DateTime']['output']>;
  /** When the campaign should be finished; null if there is no deadline. */
  deadline?: Maybe<Scalars['DateTime']['output']>;
  /** Whether reviewers are informed about the campaign by e-mail. */
  emailNotificationEnabled?: Maybe<Scalars['Boolean']['output']>;
  /** Whether reviewers are shown recommendations, if the tenant has that feature. */
  recommendationsEnabled?: Maybe<Scalars['Boolean']['output']>;
  /** The stage that the campaign has reached. */
  status?: Maybe<CampaignStatus>;
  /** The number of certifications in the campaign; it can be 0 while the campaign is PENDING. */
  totalCertifications?: Maybe<Scalars['Int']['output']>;
};

/** One row of a page of campaigns. */
export type CampaignEdge = {
  __typename?: 'CampaignEdge';
  /** An opaque cursor of this row; pass it as `after` or `before` to continue from here. */
  cursor: Scalars['String']['output'];
  /** The campaign in this row. */
  node: Campaign;
};

/** Which campaigns to list. All given conditions must hold. */
export type CampaignFilter = {
  /** Campaigns with one of these ids, global or REST, at most 100; an empty list matches nothing. */
  ids?: InputMaybe<Array<Scalars['ID']['input']>>;
  /** Campaigns with this name. */
  name?: InputMaybe<TextMatch>;
  /** Campaigns with one of these statuses; an empty list matches nothing. */
  statuses?: InputMaybe<Array<CampaignStatusInput>>;
};

/** A rule that excludes identities or access from campaigns, as described in a campaign. */
export type CampaignFilterReference = {
  __typename?: 'CampaignFilterReference';
  /** The name of the campaign filter; null if the upstream does not report it. */
  name?: Maybe<Scalars['String']['output']>;
  /** The identifier of the campaign filter in the REST API. */
  rawId: Scalars['ID']['output'];
};

/** One field to order campaigns by. */
export type CampaignOrder = {
  /** Whether to order ascending or descending. */
  direction?: OrderDirection;
  /** The field to order by. */
  field: CampaignOrderField;
};

/** The fields that campaigns can be ordered by. */
export type CampaignOrderField =
  /** By `details.created`. */
  | 'CREATED'
  /** By `name`. */
  | 'NAME';

/** Which roles a ROLE_COMPOSITION campaign reviews. A field is null if it is not given. */
export type CampaignRoleComposition = {
  __typename?: 'CampaignRoleComposition';
  /** What an administrator wrote about the choice of roles. */
  description?: Maybe<Scalars['String']['output']>;
  /** The query that chose the roles; if there are neither a query nor ids, all roles are reviewed. */
  query?: Maybe<Scalars['String']['output']>;
  /** Who gets the tasks that result from revoking. */
  remediator?: Maybe<Identity>;
  /** Who reviews all certifications of the campaign; null if the owner of each role does. */
  reviewer?: Maybe<Reviewer>;
  /** The REST identifiers of roles that were named one by one. */
  roleIds?: Maybe<Array<Scalars['ID']['output']>>;
};

/**
 * How the identities or the access of a SEARCH campaign were found. A field is null if it is not
 * given.
 */
export type CampaignSearch = {
  __typename?: 'CampaignSearch';
  /** Which access of the identities is reviewed; null or empty if all of it is. */
  accessConstraints?: Maybe<Array<CampaignAccessConstraint>>;
  /** What an administrator wrote about the search. */
  description?: Maybe<Scalars['String']['output']>;
  /**
   * The REST identifiers of identities that were named one by one, of any number; null if there is a
   * query.
   */
  identityIds?: Maybe<Array<Scalars['ID']['output']>>;
  /** The query of the search; null if identities were named one by one. */
  query?: Maybe<Scalars['String']['output']>;
  /** Who reviews all certifications of the campaign; null if each identity has a reviewer of its own. */
  reviewer?: Maybe<Reviewer>;
  /** Whether identities or access were searched for. */
  type?: Maybe<CampaignSearchType>;
};

/** What a SEARCH campaign searched for. */
export type CampaignSearchType =
  /** Access, which is reviewed for everybody who has it. */
  | 'ACCESS'
  /** Identities, all of whose access is reviewed. */
  | 'IDENTITY'
  /** A value that this schema does not know yet. */
  | 'UNRECOGNIZED';

/** What a campaign was set up with. A field is null if the upstream does not report it. */
export type CampaignSettings = {
  __typename?: 'CampaignSettings';
  /** The rule that excludes identities or access from the campaign; null if there is none. */
  campaignFilter?: Maybe<CampaignFilterReference>;
  /** Who reviews the accounts of machines; null unless the campaign's type is MACHINE_ACCOUNT. */
  machineAccountReviewer?: Maybe<MachineAccountReviewer>;
  /** When the campaign last changed; null before its first change. */
  modified?: Maybe<Scalars['DateTime']['output']>;
  /** Which roles are reviewed; null unless the campaign's type is ROLE_COMPOSITION. */
  roleComposition?: Maybe<CampaignRoleComposition>;
  /** What the search was; null unless the campaign's type is SEARCH. */
  search?: Maybe<CampaignSearch>;
  /**
   * The REST identifiers of the sources that the campaign is about; null unless its type is
   * SOURCE_OWNER or MACHINE_ACCOUNT.
   */
  sourceIds?: Maybe<Array<Scalars['ID']['output']>>;
  /**
   * The sources whose entitlements have no attribute that the upstream manages. An empty list means
   * that there are none, null that the upstream does not know.
   */
  sourcesWithOrphanEntitlements?: Maybe<Array<SourceReference>>;
  /** Whether changing the end date of access requires a comment. */
  sunsetCommentsRequired?: Maybe<Scalars['Boolean']['output']>;
};

/** The stage that a campaign has reached. */
export type CampaignStatus =
  /** It is being activated. */
  | 'ACTIVATING'
  /** Its certifications are open for review. */
  | 'ACTIVE'
  /** It is over and was archived. */
  | 'ARCHIVED'
  /** It is being called off. */
  | 'CANCELING'
  /** It is over. */
  | 'COMPLETED'
  /** It is being completed. */
  | 'COMPLETING'
  /** It failed; `alerts` may say why. */
  | 'ERROR'
  /** Its certifications are being created. */
  | 'PENDING'
  /** Its certifications are created and can be looked at; it waits to be activated. */
  | 'STAGED'
  /** A value that this schema does not know yet. */
  | 'UNRECOGNIZED';

/** The statuses that campaigns can be listed by. */
export type CampaignStatusInput =
  /** It is being activated. */
  | 'ACTIVATING'
  /** Its certifications are open for review. */
  | 'ACTIVE'
  /** It is over and was archived. */
  | 'ARCHIVED'
  /** It is being called off. */
  | 'CANCELING'
  /** It is over. */
  | 'COMPLETED'
  /** It is being completed. */
  | 'COMPLETING'
  /** It failed. */
  | 'ERROR'
  /** Its certifications are being created. */
  | 'PENDING'
  /** Its certifications are created and can be looked at; it waits to be activated. */
  | 'STAGED';

/** How a campaign chooses what is reviewed and by whom. */
export type CampaignType =
  /** Accounts of machines, such as services and bots, are reviewed. */
  | 'MACHINE_ACCOUNT'
  /** Managers review the access of the people who report to them. */
  | 'MANAGER'
  /** The composition of roles is reviewed, rather than who holds them. */
  | 'ROLE_COMPOSITION'
  /** An administrator chose the identities or the access with a search. */
  | 'SEARCH'
  /** Owners of sources review the access that exists on their source. */
  | 'SOURCE_OWNER'
  /** A value that this schema does not know yet. */
  | 'UNRECOGNIZED';

/**
 * What one reviewer has to decide in one campaign: a set of review items that are approved or revoked
 * one by one and then signed off as a whole. Its plain fields cost no further upstream call, and are
 * null if the upstream does not report them.
 */
export type Certification = Node & {
  __typename?: 'Certification';
  /**
   * The access under review, one row for each piece of access, however many identities have it, at one
   * upstream call for every 250 rows of each certification.
   */
  accessSummaries?: Maybe<AccessSummaryConnection>;
  /** The campaign that the certification belongs to. */
  campaign?: Maybe<Campaign>;
  /**
   * Whether every decision is made. This does not mean that the certification is signed off: then
   * `phase` is SIGNED, and `signed` has the time.
   */
  completed?: Maybe<Scalars['Boolean']['output']>;
  /** When the certification was created. */
  created?: Maybe<Scalars['DateTime']['output']>;
  /**
   * How many decisions are made and to be made, approved and revoked, by kind of access, at one
   * upstream call for each certification: for example before an irreversible sign-off. The totals
   * alone are in `decisionsMade` and `decisionsTotal` at no call, so use these for lists of
   * certifications.
   */
  decisionSummary?: Maybe<DecisionSummary>;
  /**
   * The number of items that are decided, out of `decisionsTotal`; changing a decision does not count
   * again.
   */
  decisionsMade?: Maybe<Scalars['Int']['output']>;
  /**
   * The number of items to decide; it falls when items are reassigned to another reviewer. To sign
   * off, `decisionsMade` must reach this number.
   */
  decisionsTotal?: Maybe<Scalars['Int']['output']>;
  /**
   * When the review should be finished; null if there is no deadline. After the deadline, a
   * certification may stay open until an administrator completes the campaign.
   */
  due?: Maybe<Scalars['DateTime']['output']>;
  /** What the problem is, in the upstream's words; null if there is none. */
  errorMessage?: Maybe<Scalars['String']['output']>;
  /** Whether the upstream reports a problem with this certification. */
  hasErrors?: Maybe<Scalars['Boolean']['output']>;
  /** An opaque identifier of the certification, unique among objects of all types. */
  id: Scalars['ID']['output'];
  /** The number of identities whose items are all decided, out of `identitiesTotal`. */
  identitiesCompleted?: Maybe<Scalars['Int']['output']>;
  /**
   * The number of identities under review; it falls when identities are reassigned to another
   * reviewer.
   */
  identitiesTotal?: Maybe<Scalars['Int']['output']>;
  /**
   * The identities under review, one row for each of them, at one upstream call for every 250 rows of
   * each certification: the people that a reviewer works through, each with `completed`.
   */
  identitySummaries?: Maybe<IdentitySummaryConnection>;
  /** When the certification last changed, by a decision, a reassignment or the sign-off. */
  modified?: Maybe<Scalars['DateTime']['output']>;
  /** The title shown to the reviewer; null if the upstream does not report it. */
  name?: Maybe<Scalars['String']['output']>;
  /**
   * The queued and running tasks on this certification. A task leaves the list when it finishes; use
   * `certificationTask` to follow a task to its end. It costs one upstream call for every 50
   * certifications of a list.
   */
  pendingTasks?: Maybe<CertificationTaskConnection>;
  /** The stage that the certification has reached; decisions are possible only while it is ACTIVE. */
  phase?: Maybe<CertificationPhase>;
  /** The identifier of the certification in the REST API. */
  rawId: Scalars['ID']['output'];
  /** The origin of the certification, if a reassignment created it; otherwise null. */
  reassignment?: Maybe<Reassignment>;
  /**
   * The items to decide, at one upstream call for every 250 rows of each certification. A list
   * filtered by `completed: false` shrinks as items are decided, so paging through it at the same time
   * skips rows: read every page first, or start again from the first. If a governance group reviews
   * the certification, the upstream may refuse with GOVERNANCE_GROUP_UNSUPPORTED.
   */
  reviewItems?: Maybe<AccessReviewItemConnection>;
  /**
   * The identity or governance group that has to review the certification. For the members of a group,
   * see `reviewers`.
   */
  reviewer?: Maybe<Reviewer>;
  /**
   * The people who may review the certification: the one reviewer, or the members of the governance
   * group. It costs one upstream call for each certification; `reviewer` costs none.
   */
  reviewers?: Maybe<IdentityConnection>;
  /** When the reviewer signed off; null before that. Use `phase` to find out whether it is signed off. */
  signed?: Maybe<Scalars['DateTime']['output']>;
};


/**
 * What one reviewer has to decide in one campaign: a set of review items that are approved or revoked
 * one by one and then signed off as a whole. Its plain fields cost no further upstream call, and are
 * null if the upstream does not report them.
 */
export type CertificationAccessSummariesArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  filter?: InputMaybe<AccessSummaryFilter>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  offset?: InputMaybe<Scalars['Int']['input']>;
  orderBy?: InputMaybe<Array<AccessSummaryOrder>>;
  type: AccessSummaryType;
};


/**
 * What one reviewer has to decide in one campaign: a set of review items that are approved or revoked
 * one by one and then signed off as a whole. Its plain fields cost no further upstream call, and are
 * null if the upstream does not report them.
 */
export type CertificationDecisionSummaryArgs = {
  filter?: InputMaybe<DecisionSummaryFilter>;
};


/**
 * What one reviewer has to decide in one campaign: a set of review items that are approved or revoked
 * one by one and then signed off as a whole. Its plain fields cost no further upstream call, and are
 * null if the upstream does not report them.
 */
export type CertificationIdentitySummariesArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  filter?: InputMaybe<IdentitySummaryFilter>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  offset?: InputMaybe<Scalars['Int']['input']>;
  orderBy?: InputMaybe<Array<IdentitySummaryOrder>>;
};


/**
 * What one reviewer has to decide in one campaign: a set of review items that are approved or revoked
 * one by one and then signed off as a whole. Its plain fields cost no further upstream call, and are
 * null if the upstream does not report them.
 */
export type CertificationPendingTasksArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  offset?: InputMaybe<Scalars['Int']['input']>;
};


/**
 * What one reviewer has to decide in one campaign: a set of review items that are approved or revoked
 * one by one and then signed off as a whole. Its plain fields cost no further upstream call, and are
 * null if the upstream does not report them.
 */
export type CertificationReviewItemsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  filter?: InputMaybe<AccessReviewItemFilter>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  offset?: InputMaybe<Scalars['Int']['input']>;
  orderBy?: InputMaybe<Array<AccessReviewItemOrder>>;
};


/**
 * What one reviewer has to decide in one campaign: a set of review items that are approved or revoked
 * one by one and then signed off as a whole. Its plain fields cost no further upstream call, and are
 * null if the upstream does not report them.
 */
export type CertificationReviewersArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  filter?: InputMaybe<ReviewerFilter>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  offset?: InputMaybe<Scalars['Int']['input']>;
  orderBy?: InputMaybe<Array<ReviewerOrder>>;
};

/** One page of certifications. */
export type CertificationConnection = {
  __typename?: 'CertificationConnection';
  /** The rows of this page in order, each with its cursor. */
  edges: Array<CertificationEdge>;
  /**
   * The rows of this page in order, without their cursors. A row that has no identifier, or cannot be
   * read, is left out, with UPSTREAM_INVALID at the connection.
   */
  nodes: Array<Certification>;
  /** Whether there are rows before and after this page, and the cursors to continue from. */
  pageInfo: PageInfo;
  /**
   * How many rows match the filter on all pages together, including any that the upstream hides; null
   * if the upstream does not report it. Selecting it costs no further upstream call, but the upstream
   * takes longer to respond.
   */
  totalCount?: Maybe<Scalars['Int']['output']>;
};

/** One row of a page of certifications. */
export type CertificationEdge = {
  __typename?: 'CertificationEdge';
  /** An opaque cursor of this row; pass it as `after` or `before` to continue from here. */
  cursor: Scalars['String']['output'];
  /** The certification in this row. */
  node: Certification;
};

/** Which certifications to list. All given conditions must hold. */
export type CertificationFilter = {
  /**
   * Certifications of one of these campaigns, global or REST ids, at most 100; an empty list matches
   * nothing.
   */
  campaignIds?: InputMaybe<Array<Scalars['ID']['input']>>;
  /** Certifications with all decisions made (true) or with some still open (false), signed off or not. */
  completed?: InputMaybe<Scalars['Boolean']['input']>;
  /** Certifications with one of these ids, global or REST, at most 100; an empty list matches nothing. */
  ids?: InputMaybe<Array<Scalars['ID']['input']>>;
  /** Certifications in this phase. */
  phase?: InputMaybe<CertificationPhaseInput>;
};

/** One field to order certifications by. */
export type CertificationOrder = {
  /** Whether to order ascending or descending. */
  direction?: OrderDirection;
  /** The field to order by. */
  field: CertificationOrderField;
};

/** The fields that certifications can be ordered by. */
export type CertificationOrderField =
  /** By `due`; in ascending order, certifications without a deadline come last. */
  | 'DUE'
  /** By `name`. */
  | 'NAME'
  /** By `signed`; in ascending order, certifications that are not signed off come last. */
  | 'SIGNED';

/** The stage that a certification has reached. It only moves forward. */
export type CertificationPhase =
  /** The review is open: items can be decided and reassigned, and the certification can be signed off. */
  | 'ACTIVE'
  /** The reviewer has signed off, and the certification is permanently read-only. */
  | 'SIGNED'
  /** The campaign is not yet activated; nothing can be decided. */
  | 'STAGED'
  /** A value that this schema does not know yet. */
  | 'UNRECOGNIZED';

/** The phases that certifications can be listed by. */
export type CertificationPhaseInput =
  /** The review is open. */
  | 'ACTIVE'
  /** The reviewer has signed off. */
  | 'SIGNED'
  /** The campaign is not yet activated. */
  | 'STAGED';

/** Another certification, as described in the one that refers to it. */
export type CertificationReference = {
  __typename?: 'CertificationReference';
  /**
   * The complete certification, at one upstream call for every 50 of them. It is null without an error
   * if it no longer exists, and null with FORBIDDEN if only the other reviewer may see it.
   */
  certification?: Maybe<Certification>;
  /** The title of the certification; null if the upstream does not report it. */
  name?: Maybe<Scalars['String']['output']>;
  /**
   * The identifier of the certification in the REST API; it can be used wherever a certification's id
   * is expected, except in `node` and `nodes`.
   */
  rawId: Scalars['ID']['output'];
  /** Who reviews the certification, or reviewed it before the reassignment. */
  reviewer?: Maybe<Reviewer>;
};

/**
 * A piece of work that the upstream does in the background, such as moving many items to another
 * reviewer. A field is null if the upstream does not report it.
 */
export type CertificationTask = Node & {
  __typename?: 'CertificationTask';
  /**
   * The certification that the task works on; null for a task on a campaign. It costs one upstream
   * call for every 50 different certifications.
   */
  certification?: Maybe<Certification>;
  /** When the task was created. */
  created?: Maybe<Scalars['DateTime']['output']>;
  /** Why the task failed, one entry for each problem; null or empty unless `status` is ERROR. */
  errors?: Maybe<Array<UpstreamMessage>>;
  /** An opaque identifier of the task, unique among objects of all types. */
  id: Scalars['ID']['output'];
  /** The identifier of the task in the REST API. */
  rawId: Scalars['ID']['output'];
  /**
   * The reassignments that would have made an identity review its own access; null or empty if there
   * are none.
   */
  reassignmentTrail?: Maybe<Array<ReassignmentTrail>>;
  /** The progress of the task; it never goes back. */
  status?: Maybe<CertificationTaskStatus>;
  /**
   * The REST identifier of what the task works on: for a reassignment, the certification that the
   * items leave.
   */
  targetId?: Maybe<Scalars['ID']['output']>;
  /** Whether the task works on a certification or on a campaign. */
  targetType?: Maybe<CertificationTaskTargetType>;
  /** What the task does. */
  type?: Maybe<CertificationTaskType>;
};

/** One page of tasks. */
export type CertificationTaskConnection = {
  __typename?: 'CertificationTaskConnection';
  /** The rows of this page in order, each with its cursor. */
  edges: Array<CertificationTaskEdge>;
  /**
   * The rows of this page in order, without their cursors. A row that has no identifier, or cannot be
   * read, is left out, with UPSTREAM_INVALID at the connection.
   */
  nodes: Array<CertificationTask>;
  /** Whether there are rows before and after this page, and the cursors to continue from. */
  pageInfo: PageInfo;
  /**
   * How many rows match the filter on all pages together, including any that the upstream hides; null
   * if the upstream does not report it. Selecting it costs no further upstream call, but the upstream
   * takes longer to respond.
   */
  totalCount?: Maybe<Scalars['Int']['output']>;
};

/** One row of a page of tasks. */
export type CertificationTaskEdge = {
  __typename?: 'CertificationTaskEdge';
  /** An opaque cursor of this row; pass it as `after` or `before` to continue from here. */
  cursor: Scalars['String']['output'];
  /** The task in this row. */
  node: CertificationTask;
};

/** Which pending tasks to list. All given conditions must hold. */
export type CertificationTaskFilter = {
  /**
   * Tasks with one of these ids, global or REST, at most 100; an empty list matches nothing. Finished
   * tasks are never found this way.
   */
  ids?: InputMaybe<Array<Scalars['ID']['input']>>;
  /**
   * Tasks on one of these certifications or campaigns, by global or REST id, at most 100; an empty
   * list matches nothing.
   */
  targetIds?: InputMaybe<Array<Scalars['ID']['input']>>;
  /** Tasks of one of these types; an empty list matches nothing. */
  types?: InputMaybe<Array<CertificationTaskTypeInput>>;
};

/** The progress of a task. */
export type CertificationTaskStatus =
  /** It is finished and something went wrong; `errors` says what. */
  | 'ERROR'
  /** It is running. */
  | 'IN_PROGRESS'
  /** It is waiting to be started. */
  | 'QUEUED'
  /** It is finished and everything was done. */
  | 'SUCCESS'
  /** A value that this schema does not know yet. */
  | 'UNRECOGNIZED';

/** What a task works on. */
export type CertificationTaskTargetType =
  /** A whole campaign. */
  | 'CAMPAIGN'
  /** One certification. */
  | 'CERTIFICATION'
  /** A value that this schema does not know yet. */
  | 'UNRECOGNIZED';

/** What a task does. */
export type CertificationTaskType =
  /** It activates a campaign, so that its certifications can be reviewed. */
  | 'ACTIVATE_CAMPAIGN'
  /** It moves whole certifications to another reviewer on behalf of an administrator. */
  | 'ADMIN_REASSIGN'
  /** It creates a campaign. */
  | 'CAMPAIGN_CREATE'
  /** It deletes a campaign. */
  | 'CAMPAIGN_DELETE'
  /** It completes a campaign. */
  | 'COMPLETE_CAMPAIGN'
  /** It completes a certification. */
  | 'COMPLETE_CERTIFICATION'
  /** It finishes a certification after its completion. */
  | 'FINISH_CERTIFICATION'
  /** It moves items of a certification to another reviewer. */
  | 'REASSIGN'
  /** A value that this schema does not know yet. */
  | 'UNRECOGNIZED';

/** The kinds of tasks that can be listed. */
export type CertificationTaskTypeInput =
  /** It activates a campaign, so that its certifications can be reviewed. */
  | 'ACTIVATE_CAMPAIGN'
  /** It moves whole certifications to another reviewer on behalf of an administrator. */
  | 'ADMIN_REASSIGN'
  /** It creates a campaign. */
  | 'CAMPAIGN_CREATE'
  /** It deletes a campaign. */
  | 'CAMPAIGN_DELETE'
  /** It completes a campaign. */
  | 'COMPLETE_CAMPAIGN'
  /** It completes a certification. */
  | 'COMPLETE_CERTIFICATION'
  /** It finishes a certification after its completion. */
  | 'FINISH_CERTIFICATION'
  /** It moves items of a certification to another reviewer. */
  | 'REASSIGN';

/** Whether the identities of a campaign are correlated with an authoritative source. */
export type CorrelatedStatus =
  /** The identities have an account on an authoritative source, such as the personnel system. */
  | 'CORRELATED'
  /**
   * The identities have no account on an authoritative source; possible only in SOURCE_OWNER
   * campaigns.
   */
  | 'UNCORRELATED'
  /** A value that this schema does not know yet. */
  | 'UNRECOGNIZED';

/** What is known about the data that an entitlement gives access to. */
export type DataAccess = {
  __typename?: 'DataAccess';
  /** The categories that the data was classified into. */
  categories?: Maybe<Array<DataAccessCategory>>;
  /** How serious misuse of the data would be, in the upstream's own words; null if it is not rated. */
  impactScore?: Maybe<Scalars['String']['output']>;
  /** The classification policies that apply to the data. */
  policies?: Maybe<Array<DataAccessPolicy>>;
};

/** A category that data was classified into. */
export type DataAccessCategory = {
  __typename?: 'DataAccessCategory';
  /** How many matches were found for the category. */
  matchCount?: Maybe<Scalars['Int']['output']>;
  /** The name of the category. */
  value?: Maybe<Scalars['String']['output']>;
};

/** A classification policy that applies to data. */
export type DataAccessPolicy = {
  __typename?: 'DataAccessPolicy';
  /** The name of the policy. */
  value?: Maybe<Scalars['String']['output']>;
};

/**
 * Decisions on items of one certification: at most 10,000 unless the gateway is configured otherwise,
 * sent in the given order in calls of at most 250. If any decision is invalid, nothing is sent.
 */
export type DecideReviewItemsInput = {
  /** The global `id` or the `rawId` of the certification that all items belong to; it must be ACTIVE. */
  certificationId: Scalars['ID']['input'];
  /** The decisions to make, one for each item; an empty list is BAD_USER_INPUT. */
  decisions: Array<ReviewDecisionInput>;
};

/** The outcome of the decisions. */
export type DecideReviewItemsPayload = {
  __typename?: 'DecideReviewItemsPayload';
  /**
   * The certification as the upstream returned it after the last call that it accepted, without a
   * further call, or as read again if that response was lost; null if no call was accepted.
   */
  certification?: Maybe<Certification>;
  /**
   * The global ids of the items that are now decided, in the order of the input, whichever form of id
   * was given: a client can mark them as decided, or take them out of a list of undecided items. It is
   * empty if the input was refused before anything was sent; otherwise, every item missing here appears
   * in an entry of `errors`, by the id that was given. It costs no further upstream call.
   */
  decidedItemIds: Array<Scalars['ID']['output']>;
  /**
   * The same items read again, at one further upstream call for every 50 or, if that takes fewer calls,
   * for every 250 items of the certification; null if reading them fails, which does not affect the
   * decisions. An identity whose last item was decided is shown as completed here.
   */
  decidedItems?: Maybe<Array<AccessReviewItem>>;
  /**
   * Why items were not decided; empty if all were. Common codes are COMMENT_REQUIRED (one entry for
   * each missing comment), NOT_FOUND (one for each unknown item), NOT_ACTIVE, ALREADY_SIGNED,
   * FORBIDDEN, and NOT_APPLIED for the other items of a refused call and for those that came after it.
   */
  errors: Array<MutationError>;
};

/** A decision about a piece of access. Until sign-off it can be changed, but not withdrawn. */
export type Decision =
  /** The identity keeps the access. */
  | 'APPROVE'
  /** The identity loses the access; its removal starts when the certification is signed off. */
  | 'REVOKE'
  /** A value that this schema does not know yet. */
  | 'UNRECOGNIZED';

/** Numbers of decisions about one kind of access. A number is null if the upstream does not report it. */
export type DecisionCounts = {
  __typename?: 'DecisionCounts';
  /** How many of those made keep the access. */
  approved?: Maybe<Scalars['Int']['output']>;
  /** How many are made, out of `total`. */
  made?: Maybe<Scalars['Int']['output']>;
  /** How many of those made take the access away. */
  revoked?: Maybe<Scalars['Int']['output']>;
  /** How many there are, both made and still to be made. */
  total?: Maybe<Scalars['Int']['output']>;
};

/** The decisions that can be made. */
export type DecisionInput =
  /** The identity keeps the access. */
  | 'APPROVE'
  /** The identity loses the access; its removal starts when the certification is signed off. */
  | 'REVOKE';

/** How many decisions are made and to be made, by kind of access. */
export type DecisionSummary = {
  __typename?: 'DecisionSummary';
  /** Decisions about access profiles. */
  accessProfiles: DecisionCounts;
  /** Decisions about accounts, as in campaigns for machine accounts. */
  accounts: DecisionCounts;
  /**
   * All decisions together: the sum of the other four, each number null if the upstream does not
   * report it for any of them. Decisions of ROLE_COMPOSITION campaigns are in none of them.
   */
  all: DecisionCounts;
  /** Decisions about entitlements that are under review by themselves. */
  entitlements: DecisionCounts;
  /** Decisions about roles. */
  roles: DecisionCounts;
};

/** Which decisions to count. */
export type DecisionSummaryFilter = {
  /**
   * Decisions about any of these identities, all counted together: the global `id` or the `rawId` of
   * an IdentitySummary, at most 100; an empty list matches nothing, so that every number is 0.
   */
  identitySummaryIds?: InputMaybe<Array<Scalars['ID']['input']>>;
};

/**
 * The kinds of objects that the upstream knows. In practice, access under review is ENTITLEMENT,
 * ACCESS_PROFILE or ROLE; the other values are listed because the upstream may return them.
 */
export type DtoType =
  /** A named bundle of entitlements on one source. */
  | 'ACCESS_PROFILE'
  /** A request for access that waits for approval. */
  | 'ACCESS_REQUEST_APPROVAL'
  /** An account on a source. */
  | 'ACCOUNT'
  /** A record of changes made to accounts. */
  | 'ACCOUNT_ACTIVITY'
  /** The rules that match accounts on a source to identities. */
  | 'ACCOUNT_CORRELATION_CONFIG'
  /** An application that people can request access to. */
  | 'APPLICATION'
  /** A campaign of certifications. */
  | 'CAMPAIGN'
  /** A rule that excludes identities or access from campaigns. */
  | 'CAMPAIGN_FILTER'
  /** A set of review items for one reviewer in one campaign. */
  | 'CERTIFICATION'
  /** A group of virtual machines that connect the upstream to sources. */
  | 'CLUSTER'
  /** A description of the kinds of objects that a source holds. */
  | 'CONNECTOR_SCHEMA'
  /** A right on one source. */
  | 'ENTITLEMENT'
  /** A group of identities that act together as reviewer, approver or owner. */
  | 'GOVERNANCE_GROUP'
  /** A person, or anything else that holds accounts, as the upstream knows it. */
  | 'IDENTITY'
  /** The settings for creating identities from an authoritative source. */
  | 'IDENTITY_PROFILE'
  /** A request for a change of an identity's access. */
  | 'IDENTITY_REQUEST'
  /** A stage in the life of an identity, such as active or on leave. */
  | 'LIFECYCLE_STATE'
  /** An identity of a machine, such as a service or bot. */
  | 'MACHINE_IDENTITY'
  /** The rules that passwords must meet. */
  | 'PASSWORD_POLICY'
  /** The outcome of a report. */
  | 'REPORT_RESULT'
  /** A named bundle of access profiles and entitlements. */
  | 'ROLE'
  /** A piece of code that customizes how the upstream works. */
  | 'RULE'
  /** A policy on separation of duties: it lists access that no one may hold together. */
  | 'SOD_POLICY'
  /** A case of access that a policy on separation of duties forbids. */
  | 'SOD_VIOLATION'
  /** A system that accounts and entitlements are read from. */
  | 'SOURCE'
  /** A label on other objects. */
  | 'TAG'
  /** A group of labels. */
  | 'TAG_CATEGORY'
  /** The outcome of a background task. */
  | 'TASK_RESULT'
  /** A value that this schema does not know yet. */
  | 'UNRECOGNIZED'
  /** A group of identities; the older name for GOVERNANCE_GROUP. */
  | 'WORKGROUP';

/**
 * The kinds of objects that access can be filtered by. In practice, access under review is
 * ENTITLEMENT, ACCESS_PROFILE or ROLE.
 */
export type DtoTypeInput =
  /** A named bundle of entitlements on one source. */
  | 'ACCESS_PROFILE'
  /** A request for access that waits for approval. */
  | 'ACCESS_REQUEST_APPROVAL'
  /** An account on a source. */
  | 'ACCOUNT'
  /** A record of changes made to accounts. */
  | 'ACCOUNT_ACTIVITY'
  /** The rules that match accounts on a source to identities. */
  | 'ACCOUNT_CORRELATION_CONFIG'
  /** An application that people can request access to. */
  | 'APPLICATION'
  /** A campaign of certifications. */
  | 'CAMPAIGN'
  /** A rule that excludes identities or access from campaigns. */
  | 'CAMPAIGN_FILTER'
  /** A set of review items for one reviewer in one campaign. */
  | 'CERTIFICATION'
  /** A group of virtual machines that connect the upstream to sources. */
  | 'CLUSTER'
  /** A description of the kinds of objects that a source holds. */
  | 'CONNECTOR_SCHEMA'
  /** A right on one source. */
  | 'ENTITLEMENT'
  /** A group of identities that act together as reviewer, approver or owner. */
  | 'GOVERNANCE_GROUP'
  /** A person, or anything else that holds accounts, as the upstream knows it. */
  | 'IDENTITY'
  /** The settings for creating identities from an authoritative source. */
  | 'IDENTITY_PROFILE'
  /** A request for a change of an identity's access. */
  | 'IDENTITY_REQUEST'
  /** A stage in the life of an identity, such as active or on leave. */
  | 'LIFECYCLE_STATE'
  /** An identity of a machine, such as a service or bot. */
  | 'MACHINE_IDENTITY'
  /** The rules that passwords must meet. */
  | 'PASSWORD_POLICY'
  /** The outcome of a report. */
  | 'REPORT_RESULT'
  /** A named bundle of access profiles and entitlements. */
  | 'ROLE'
  /** A piece of code that customizes how the upstream works. */
  | 'RULE'
  /** A policy on separation of duties: it lists access that no one may hold together. */
  | 'SOD_POLICY'
  /** A case of access that a policy on separation of duties forbids. */
  | 'SOD_VIOLATION'
  /** A system that accounts and entitlements are read from. */
  | 'SOURCE'
  /** A label on other objects. */
  | 'TAG'
  /** A group of labels. */
  | 'TAG_CATEGORY'
  /** The outcome of a background task. */
  | 'TASK_RESULT'
  /** A group of identities; the older name for GOVERNANCE_GROUP. */
  | 'WORKGROUP';

/**
 * A right that an account holds on one source, such as membership in a group. A field is null if the
 * upstream does not report it.
 */
export type Entitlement = ReviewableAccess & {
  __typename?: 'Entitlement';
  /** The account that holds the entitlement; null if the upstream names none. */
  account?: Maybe<Account>;
  /** The name of the attribute on the source that grants the entitlement, such as `memberOf`. */
  attributeName?: Maybe<Scalars['String']['output']>;
  /** The value of that attribute that grants the entitlement, such as the name of a group. */
  attributeValue?: Maybe<Scalars['String']['output']>;
  /** Whether the entitlement is under cloud governance. */
  cloudGoverned?: Maybe<Scalars['Boolean']['output']>;
  /** Whether `dataAccess` describes the data that the entitlement gives access to. */
  containsDataAccess?: Maybe<Scalars['Boolean']['output']>;
  /** What is known about the data that the entitlement gives access to; null if nothing is. */
  dataAccess?: Maybe<DataAccess>;
  /** What the entitlement is for; null if there is none. */
  description?: Maybe<Scalars['String']['output']>;
  /** Whether `AccessReviewItem.permissions` has any permissions. */
  hasPermissions?: Maybe<Scalars['Boolean']['output']>;
  /** Whether the entitlement stands for a single permission of an account. */
  isPermission?: Maybe<Scalars['Boolean']['output']>;
  /** The name of the entitlement. */
  name?: Maybe<Scalars['String']['output']>;
  /** Who is responsible for the entitlement; null if no owner is named. */
  owner?: Maybe<Identity>;
  /** Whether the entitlement gives far-reaching rights, and so deserves a closer look. */
  privileged?: Maybe<Scalars['Boolean']['output']>;
  /**
   * The identifier of the entitlement in the REST API. The same entitlement has another `account`
   * under each review item.
   */
  rawId: Scalars['ID']['output'];
  /** Whether the upstream can remove the entitlement. */
  revocable?: Maybe<Scalars['Boolean']['output']>;
  /** The REST identifier of the source that the entitlement belongs to. */
  sourceId?: Maybe<Scalars['ID']['output']>;
  /** The name of the source that the entitlement belongs to. */
  sourceName?: Maybe<Scalars['String']['output']>;
  /** What the source calls objects of this kind, such as `group`. */
  sourceSchemaObjectType?: Maybe<Scalars['String']['output']>;
  /** What kind of system the source is. */
  sourceType?: Maybe<Scalars['String']['output']>;
  /** What kind of object it is: always ENTITLEMENT. */
  type?: Maybe<DtoType>;
};

/** How the conditions of a filter are combined. */
export type FilterMatch =
  /** Rows for which every condition holds. */
  | 'ALL'
  /** Rows for which at least one condition holds. */
  | 'ANY';

/** A person, as the owner of access, as a reviewer or as somebody's manager. */
export type Identity = {
  __typename?: 'Identity';
  /** The e-mail address; null if there is none. */
  email?: Maybe<Scalars['String']['output']>;
  /** The name to show; null if the upstream does not report it. */
  name?: Maybe<Scalars['String']['output']>;
  /**
   * What everybody in the tenant may know of the person, at one upstream call for every 50 people of a
   * list. It is null without an error if there is nobody with this identifier, or nobody whom the
   * caller may see.
   */
  publicIdentity?: Maybe<PublicIdentity>;
  /**
   * The identifier of the identity in the REST API; it can be used as the argument `reviewer` and as
   * `reassignTo`.
   */
  rawId: Scalars['ID']['output'];
};

/** One page of identities. */
export type IdentityConnection = {
  __typename?: 'IdentityConnection';
  /** The rows of this page in order, each with its cursor. */
  edges: Array<IdentityEdge>;
  /**
   * The rows of this page in order, without their cursors. A row that has no identifier, or cannot be
   * read, is left out, with UPSTREAM_INVALID at the connection.
   */
  nodes: Array<Identity>;
  /** Whether there are rows before and after this page, and the cursors to continue from. */
  pageInfo: PageInfo;
  /**
   * How many rows match the filter on all pages together, including any that the upstream hides; null
   * if the upstream does not report it. Selecting it costs no further upstream call, but the upstream
   * takes longer to respond.
   */
  totalCount?: Maybe<Scalars['Int']['output']>;
};

/** One row of a page of identities. */
export type IdentityEdge = {
  __typename?: 'IdentityEdge';
  /** An opaque cursor of this row; pass it as `after` or `before` to continue from here. */
  cursor: Scalars['String']['output'];
  /** The identity in this row. */
  node: Identity;
};

/** What the lifecycle state of an identity means to the upstream. */
export type IdentityState =
  /** The identity takes part in everything. */
  | 'ACTIVE'
  /** The identity is gone for good, or for a long time. */
  | 'INACTIVE_LONG_TERM'
  /** The identity is away for some time. */
  | 'INACTIVE_SHORT_TERM'
  /** A value that this schema does not know yet. */
  | 'UNRECOGNIZED';

/**
 * An identity under review within one certification, which groups the items that concern it. A field
 * is null if the upstream does not report it.
 */
export type IdentitySummary = Node & {
  __typename?: 'IdentitySummary';
  /** Whether all items of this identity in the certification are decided. */
  completed?: Maybe<Scalars['Boolean']['output']>;
  /**
   * How many decisions about this identity are made and to be made, approved and revoked, by kind of
   * access, at one upstream call for each identity.
   */
  decisionSummary?: Maybe<DecisionSummary>;
  /**
   * An opaque identifier of the summary, unique among objects of all types; it includes the
   * certification. It does not identify the person, who has another summary in each certification:
   * `identityId` does.
   */
  id: Scalars['ID']['output'];
  /** The REST identifier of the identity itself, the same in every certification. */
  identityId?: Maybe<Scalars['ID']['output']>;
  /** The name of the identity. */
  name?: Maybe<Scalars['String']['output']>;
  /**
   * What everybody in the tenant may know of the person under review, at one upstream call for every
   * 50 people of a list. It is null without an error if there is nobody with this identifier, or
   * nobody whom the caller may see.
   */
  publicIdentity?: Maybe<PublicIdentity>;
  /**
   * The identifier of the summary in the REST API, which is useful only together with that of the
   * certification.
   */
  rawId: Scalars['ID']['output'];
  /**
   * The items of this identity, at one upstream call for every 250 rows of each identity. To show the
   * items of all identities, read `Certification.reviewItems` once and group the rows by `identity`.
   */
  reviewItems?: Maybe<AccessReviewItemConnection>;
};


/**
 * An identity under review within one certification, which groups the items that concern it. A field
 * is null if the upstream does not report it.
 */
export type IdentitySummaryReviewItemsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  filter?: InputMaybe<AccessReviewItemFilter>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  offset?: InputMaybe<Scalars['Int']['input']>;
  orderBy?: InputMaybe<Array<AccessReviewItemOrder>>;
};

/** One page of identities under review. */
export type IdentitySummaryConnection = {
  __typename?: 'IdentitySummaryConnection';
  /** The rows of this page in order, each with its cursor. */
  edges: Array<IdentitySummaryEdge>;
  /**
   * The rows of this page in order, without their cursors. A row that has no identifier, or cannot be
   * read, is left out, with UPSTREAM_INVALID at the connection.
   */
  nodes: Array<IdentitySummary>;
  /** Whether there are rows before and after this page, and the cursors to continue from. */
  pageInfo: PageInfo;
  /**
   * How many rows match the filter on all pages together, including any that the upstream hides; null
   * if the upstream does not report it. Selecting it costs no further upstream call, but the upstream
   * takes longer to respond.
   */
  totalCount?: Maybe<Scalars['Int']['output']>;
};

/** One row of a page of identities under review. */
export type IdentitySummaryEdge = {
  __typename?: 'IdentitySummaryEdge';
  /** An opaque cursor of this row; pass it as `after` or `before` to continue from here. */
  cursor: Scalars['String']['output'];
  /** The identity in this row. */
  node: IdentitySummary;
};

/** Which identities under review to list. All given conditions must hold. */
export type IdentitySummaryFilter = {
  /**
   * Identities with all items decided (true) or with some still open (false). With false, the list
   * shrinks as items are decided, so paging through it at the same time skips rows: read every page
   * first, or start again.
   */
  completed?: InputMaybe<Scalars['Boolean']['input']>;
  /**
   * Identities with one of these values of `IdentitySummary.id` or `IdentitySummary.rawId`, at most
   * 100; an empty list matches nothing. The ids of the identities themselves do not match.
   */
  ids?: InputMaybe<Array<Scalars['ID']['input']>>;
  /** Identities with this name. */
  name?: InputMaybe<TextMatch>;
};

/** One field to order identities under review by. */
export type IdentitySummaryOrder = {
  /** Whether to order ascending or descending. */
  direction?: OrderDirection;
  /** The field to order by. */
  field: IdentitySummaryOrderField;
};

/** The fields that identities under review can be ordered by. */
export type IdentitySummaryOrderField =
  /** By the name of the identity. */
  | 'NAME';

/** How the language of a text was chosen. */
export type LocaleOrigin =
  /** It is the default language of the upstream. */
  | 'DEFAULT'
  /** It is the best match for the language that was requested. */
  | 'REQUEST'
  /** A value that this schema does not know yet. */
  | 'UNRECOGNIZED';

/** Who reviews the accounts of machines in a campaign. */
export type MachineAccountReviewer =
  /** The owner of each account. */
  | 'ACCOUNT_OWNER'
  /** A value that this schema does not know yet. */
  | 'UNRECOGNIZED';

/** Which decisions of a campaign require a comment; a blank comment counts as missing. */
export type MandatoryCommentRequirement =
  /** Approving and revoking both require a comment. */
  | 'ALL_DECISIONS'
  /** No decision requires a comment. */
  | 'NO_DECISIONS'
  /** Only revoking requires a comment. */
  | 'REVOKE_ONLY_DECISIONS'
  /** A value that this schema does not know yet. */
  | 'UNRECOGNIZED';

/**
 * Everything that can be changed. The payload's `errors` list refusals that a person can act on.
 * Faults such as UNAUTHENTICATED, RATE_LIMITED or UPSTREAM_UNAVAILABLE are entries in the top-level
 * `errors` of the response; the payload is then null, and nothing was changed. If part of the work was
 * done, or may have been, the payload is not null and says which part.
 */
export type Mutation = {
  __typename?: 'Mutation';
  /**
   * Approves or revokes any number of items of one certification, at one upstream call for every 250
   * decisions, and one before them to check the certification. Until sign-off, a decision can be
   * changed by deciding again, but not withdrawn. An upstream call is applied completely or not at
   * all, and is sent only if the previous one was applied.
   */
  decideReviewItems?: Maybe<DecideReviewItemsPayload>;
  /**
   * Moves items to another reviewer and responds when the move is done, at one upstream call, and one
   * before it to check the certification. It accepts at most 50 references; for more, use
   * `reassignReviewItemsAsync`. The items go to a new certification, which shows its origin in
   * `reassignment` and appears in the new reviewer's `certifications`.
   */
  reassignReviewItems?: Maybe<ReassignReviewItemsPayload>;
  /**
   * Moves any number of items to another reviewer in the background, in tasks of at most 500
   * references, at one upstream call for each task, and one before them to check the certification.
   * All references to one identity go into one task if they fit; if there is more than one task, a few
   * more calls are needed to group them. Only the format of the input is checked at once. If a
   * reference cannot be moved, its task later gets the status ERROR; follow it with the subscription
   * `certificationTask`. The items leave the certification while the task runs: once it is a SUCCESS, read
   * the lists that they were in again.
   */
  reassignReviewItemsAsync?: Maybe<ReassignReviewItemsAsyncPayload>;
  /**
   * Makes all decisions of a certification final and starts the removal of revoked access, at one
   * upstream call, and one before it to check the certification. It cannot be undone. If any item is
   * undecided, it is refused with UNDECIDED_ITEMS. After OUTCOME_UNKNOWN, the certification may be
   * signed off a moment later, for good: read its `phase` again before you tell anyone that it is not.
   */
  signOffCertification?: Maybe<SignOffCertificationPayload>;
};


/**
 * Everything that can be changed. The payload's `errors` list refusals that a person can act on.
 * Faults such as UNAUTHENTICATED, RATE_LIMITED or UPSTREAM_UNAVAILABLE are entries in the top-level
 * `errors` of the response; the payload is then null, and nothing was changed. If part of the work was
 * done, or may have been, the payload is not null and says which part.
 */
export type MutationDecideReviewItemsArgs = {
  input: DecideReviewItemsInput;
};


/**
 * Everything that can be changed. The payload's `errors` list refusals that a person can act on.
 * Faults such as UNAUTHENTICATED, RATE_LIMITED or UPSTREAM_UNAVAILABLE are entries in the top-level
 * `errors` of the response; the payload is then null, and nothing was changed. If part of the work was
 * done, or may have been, the payload is not null and says which part.
 */
export type MutationReassignReviewItemsArgs = {
  input: ReassignReviewItemsInput;
};


/**
 * Everything that can be changed. The payload's `errors` list refusals that a person can act on.
 * Faults such as UNAUTHENTICATED, RATE_LIMITED or UPSTREAM_UNAVAILABLE are entries in the top-level
 * `errors` of the response; the payload is then null, and nothing was changed. If part of the work was
 * done, or may have been, the payload is not null and says which part.
 */
export type MutationReassignReviewItemsAsyncArgs = {
  input: ReassignReviewItemsInput;
};


/**
 * Everything that can be changed. The payload's `errors` list refusals that a person can act on.
 * Faults such as UNAUTHENTICATED, RATE_LIMITED or UPSTREAM_UNAVAILABLE are entries in the top-level
 * `errors` of the response; the payload is then null, and nothing was changed. If part of the work was
 * done, or may have been, the payload is not null and says which part.
 */
export type MutationSignOffCertificationArgs = {
  input: SignOffCertificationInput;
};

/** A refusal that a person can act on. */
export type MutationError = {
  __typename?: 'MutationError';
  /** The kind of refusal, for programs. */
  code: MutationErrorCode;
  /**
   * The path of the field below `input` that is at fault, such as `decisions`, `3`, `comment`; list
   * positions count from 0. It is set for the upstream's refusals, too, if they show which field is
   * meant. Null if no single field is at fault.
   */
  field?: Maybe<Array<Scalars['String']['output']>>;
  /**
   * The ids that this error is about, in the form in which they were given. The upstream accepts or
   * refuses a call as a whole: if it is known which of its ids are at fault, this lists those alone,
   * and a further error with NOT_APPLIED lists the others; otherwise it lists all of them.
   */
  ids: Array<Scalars['ID']['output']>;
  /**
   * What is wrong, as a sentence for people to read, which does not name the field: `field` does. The
   * text may change and must not be parsed.
   */
  message: Scalars['String']['output'];
  /**
   * The upstream's identifier of the refused request, to give to its support; null if no request was
   * sent or the upstream returned none.
   */
  trackingId?: Maybe<Scalars['String']['output']>;
};

/** The kinds of refusals that a person can act on. */
export type MutationErrorCode =
  /** The certification is signed off, and nothing in it can be changed any more. */
  | 'ALREADY_SIGNED'
  /** The input is invalid; correct it and send it again. The first 50 errors of an input are listed. */
  | 'BAD_USER_INPUT'
  /** The campaign requires a comment, which is missing or blank. */
  | 'COMMENT_REQUIRED'
  /** The caller is neither a reviewer of the certification nor an administrator. */
  | 'FORBIDDEN'
  /** The upstream does not support this for certifications that a governance group reviews. */
  | 'GOVERNANCE_GROUP_UNSUPPORTED'
  /** The certification is not open for changes, most often because its campaign is not yet activated. */
  | 'NOT_ACTIVE'
  /**
   * This part of the work was certainly not applied: it was not sent, since an earlier part failed or
   * no time was left, or the upstream said that it has refused or failed to do it. It is safe to send it
   * again.
   */
  | 'NOT_APPLIED'
  /** The certification, an item or an identity does not exist: `field` and `ids` say which one. */
  | 'NOT_FOUND'
  /**
   * The request was sent, but its outcome is not known: no response came, or one from a server that had
   * given up waiting for it. The gateway has read the data again: `message` says if this was not applied
   * by then, and what was applied is not listed here. It may still be applied later, most often within
   * seconds. Read again after a moment before you repeat it: repeating a decision or a sign-off does no
   * harm, but a reassignment by a task may then be queued twice.
   */
  | 'OUTCOME_UNKNOWN'
  /**
   * The upstream refused for a reason that has no code of its own; `message` has the upstream's text,
   * if there is one.
   */
  | 'REFUSED'
  /** The certification cannot be signed off while items are undecided. */
  | 'UNDECIDED_ITEMS';

/** An object that can be read again by its global id, with `node` or `nodes`. */
export type Node = {
  /**
   * An opaque identifier of the object, unique among objects of all types; clients can use it as a
   * cache key. Every argument and filter that takes an object of its type accepts it; all but those of
   * `node` and `nodes` also accept its `rawId`, the identifier in the REST API.
   */
  id: Scalars['ID']['output'];
};

/** Whether rows are in ascending or descending order. */
export type OrderDirection =
  /** Smallest, first in the alphabet or oldest first; rows without a value come last. */
  | 'ASC'
  /** Greatest, last in the alphabet or newest first; rows without a value come first. */
  | 'DESC';

/**
 * Access of a kind that this schema does not model, such as an account; only its identifier, type and
 * name are known.
 */
export type OtherAccess = ReviewableAccess & {
  __typename?: 'OtherAccess';
  /** Always null: the upstream does not describe access of this kind. */
  description?: Maybe<Scalars['String']['output']>;
  /** The name of the access; null if the upstream does not report it. */
  name?: Maybe<Scalars['String']['output']>;
  /** Always null: the upstream names no owner for access of this kind. */
  owner?: Maybe<Identity>;
  /** Always null: the upstream does not report it for access of this kind. */
  privileged?: Maybe<Scalars['Boolean']['output']>;
  /** The identifier of the access in the REST API. */
  rawId: Scalars['ID']['output'];
  /** What kind of object the access is; null if the upstream does not report it. */
  type?: Maybe<DtoType>;
};

/** The position of a page among all rows of its connection. */
export type PageInfo = {
  __typename?: 'PageInfo';
  /**
   * The cursor to pass as `after` for the next page: that of the last row or, if rows of the page are
   * hidden, one of its own. It is null if the page is empty and no page follows it.
   */
  endCursor?: Maybe<Scalars['String']['output']>;
  /**
   * Whether rows follow this page. Go by this, and not by the number of rows: the upstream may hide some
   * rows of a page, so that a page can be shorter than asked for, or even empty, without being the last.
   * It costs no further upstream call, unless the upstream does not count the rows: then a full page is
   * taken to be followed by another, which may be empty, and for a shorter one, it takes a further
   * call to find out.
   */
  hasNextPage: Scalars['Boolean']['output'];
  /** Whether rows come before this page. */
  hasPreviousPage: Scalars['Boolean']['output'];
  /**
   * The cursor to pass as `before` for the page before this one: that of the first row or, if all rows
   * of the page are hidden, one of its own. It is null if the page is empty and no page comes before it.
   */
  startCursor?: Maybe<Scalars['String']['output']>;
};

/**
 * What an entitlement allows on one target. The texts come from the customer's own systems and have no
 * fixed format.
 */
export type Permission = {
  __typename?: 'Permission';
  /** The rights on the target, such as `CREATE`; null if the upstream does not report it. */
  rights?: Maybe<Array<Scalars['String']['output']>>;
  /**
   * The object that the rights are granted on, such as a table or a folder; null if the upstream does
   * not report it.
   */
  target?: Maybe<Scalars['String']['output']>;
};

/** One page of permissions. */
export type PermissionConnection = {
  __typename?: 'PermissionConnection';
  /** The rows of this page in order, each with its cursor. */
  edges: Array<PermissionEdge>;
  /**
   * The rows of this page in order, without their cursors. A row that cannot be read is left out, with
   * UPSTREAM_INVALID at the connection.
   */
  nodes: Array<Permission>;
  /** Whether there are rows before and after this page, and the cursors to continue from. */
  pageInfo: PageInfo;
  /**
   * How many rows match the filter on all pages together, including any that the upstream hides; null
   * if the upstream does not report it. Selecting it costs no further upstream call, but the upstream
   * takes longer to respond.
   */
  totalCount?: Maybe<Scalars['Int']['output']>;
};

/** One row of a page of permissions. */
export type PermissionEdge = {
  __typename?: 'PermissionEdge';
  /** An opaque cursor of this row; pass it as `after` or `before` to continue from here. */
  cursor: Scalars['String']['output'];
  /** The permission in this row. */
  node: Permission;
};

/** Which permissions to list. `match` says how `target` and `rights` are combined. */
export type PermissionFilter = {
  /** Whether both conditions must hold or one is enough; it has no effect if only one is given. */
  match?: FilterMatch;
  /** Permissions that grant all of these rights, ignoring case; an empty list matches nothing. */
  rights?: InputMaybe<Array<Scalars['String']['input']>>;
  /** Permissions on a target with this name. */
  target?: InputMaybe<TextMatch>;
};

/**
 * What everybody in the tenant may know about a person. A field is null if the upstream does not
 * report it.
 */
export type PublicIdentity = Node & {
  __typename?: 'PublicIdentity';
  /** The user name, or another text that identifies the person within the tenant. */
  alias?: Maybe<Scalars['String']['output']>;
  /**
   * What else the tenant shows everybody, such as department or location: at most five attributes,
   * chosen by an administrator; empty if none are.
   */
  attributes?: Maybe<Array<PublicIdentityAttribute>>;
  /** The e-mail address; null if there is none. */
  email?: Maybe<Scalars['String']['output']>;
  /** An opaque identifier of the person, unique among objects of all types. */
  id: Scalars['ID']['output'];
  /**
   * What the lifecycle state means to the upstream. People who are inactive are not a good choice
   * of reviewer; null, which is common, counts as active.
   */
  identityState?: Maybe<IdentityState>;
  /** The person's manager; null if nobody is named. */
  manager?: Maybe<Identity>;
  /** The name to show. */
  name?: Maybe<Scalars['String']['output']>;
  /**
   * The identifier of the identity in the REST API; like `id`, it can be used as the argument
   * `reviewer` and as `reassignTo`.
   */
  rawId: Scalars['ID']['output'];
  /**
   * The lifecycle state in the tenant's own words, such as `Active` or `prehire`; it must not be
   * parsed.
   */
  status?: Maybe<Scalars['String']['output']>;
};

/** An attribute of people that the tenant shows everybody. */
export type PublicIdentityAttribute = {
  __typename?: 'PublicIdentityAttribute';
  /** The name of the attribute for programs, such as `department`. */
  key?: Maybe<Scalars['String']['output']>;
  /** The name of the attribute to show, such as `Department`. */
  name?: Maybe<Scalars['String']['output']>;
  /** The value for this person; null if there is none. */
  value?: Maybe<Scalars['String']['output']>;
};

/** One page of people. */
export type PublicIdentityConnection = {
  __typename?: 'PublicIdentityConnection';
  /** The rows of this page in order, each with its cursor. */
  edges: Array<PublicIdentityEdge>;
  /**
   * The rows of this page in order, without their cursors. A row that has no identifier, or cannot be
   * read, is left out, with UPSTREAM_INVALID at the connection.
   */
  nodes: Array<PublicIdentity>;
  /** Whether there are rows before and after this page, and the cursors to continue from. */
  pageInfo: PageInfo;
  /**
   * How many rows match the filter on all pages together, including any that the upstream hides; null
   * if the upstream does not report it. Selecting it costs no further upstream call, but the upstream
   * takes longer to respond.
   */
  totalCount?: Maybe<Scalars['Int']['output']>;
};

/** One row of a page of people. */
export type PublicIdentityEdge = {
  __typename?: 'PublicIdentityEdge';
  /** An opaque cursor of this row; pass it as `after` or `before` to continue from here. */
  cursor: Scalars['String']['output'];
  /** The person in this row. */
  node: PublicIdentity;
};

/**
 * Which people to list. `match` says how `alias`, `email`, `firstName` and `lastName` are combined;
 * `ids` must match in any case. The name to show, the manager and the state cannot be filtered by.
 */
export type PublicIdentityFilter = {
  /** People with this user name. */
  alias?: InputMaybe<TextMatch>;
  /** People with this e-mail address. */
  email?: InputMaybe<TextMatch>;
  /** People with this first name, which the upstream never returns. */
  firstName?: InputMaybe<TextMatch>;
  /** People with one of these ids, global or REST, at most 100; an empty list matches nothing. */
  ids?: InputMaybe<Array<Scalars['ID']['input']>>;
  /** People with this last name, which the upstream never returns. */
  lastName?: InputMaybe<TextMatch>;
  /** Whether all of the texts must match or one is enough; it has no effect if only one is given. */
  match?: FilterMatch;
};

/** One field to order people by. */
export type PublicIdentityOrder = {
  /** Whether to order ascending or descending. */
  direction?: OrderDirection;
  /** The field to order by. */
  field: PublicIdentityOrderField;
};

/** The fields that people can be ordered by. */
export type PublicIdentityOrderField =
  /** By the name to show. */
  | 'NAME';

/**
 * Everything that can be read. The data comes from the Certifications API of SailPoint Identity
 * Security Cloud, called the upstream here, and is limited to what the caller may see. If an upstream
 * call fails, the field that needs it is null, and the rest of the response is still returned;
 * `extensions.code` of the entry in `errors` says why: UNAUTHENTICATED, FORBIDDEN, RATE_LIMITED,
 * UPSTREAM_TIMEOUT, UPSTREAM_UNAVAILABLE, UPSTREAM_INVALID, UPSTREAM_CALLS_EXCEEDED or INTERNAL.
 *
 * A value that the upstream sends in another type than it documents, such as a text for a number, is
 * null, as if it were not reported. An object whose `id` or `rawId` is selected but not reported is
 * null with UPSTREAM_INVALID.
 */
export type Query = {
  __typename?: 'Query';
  /**
   * Returns one campaign, at one upstream call; several in one operation share a call for up to 50.
   * The field is null without an error if no campaign has this id. FORBIDDEN: the upstream shows
   * campaigns to administrators only; what reviewers may know about a campaign is in
   * `Certification.campaign`.
   */
  campaign?: Maybe<Campaign>;
  /**
   * Lists campaigns of every status, at one upstream call for every 250 rows. Only administrators of
   * the tenant, of certifications or of reports may list them; for other callers it is FORBIDDEN.
   */
  campaigns?: Maybe<CampaignConnection>;
  /**
   * Returns one certification, at one upstream call; several in one operation share a call for up to
   * 50. The field is null without an error if no certification has this id. Errors: FORBIDDEN if the
   * caller may not see it; GOVERNANCE_GROUP_UNSUPPORTED if the upstream refuses to return it because a
   * governance group reviews it.
   */
  certification?: Maybe<Certification>;
  /**
   * Returns one task, whatever its status. It is null without an error if no task has this id, for
   * example because it finished so long ago that the upstream has dropped it.
   */
  certificationTask?: Maybe<CertificationTask>;
  /**
   * Lists the certifications that the caller may see: all of them for an administrator, and only those
   * to review for other callers. It costs one upstream call for every 250 rows. Certifications
   * reviewed by governance groups are listed even if reading them by id is refused.
   */
  certifications?: Maybe<CertificationConnection>;
  /**
   * Lists the people of the tenant, for everybody who is signed in: to choose somebody to reassign to,
   * or to look somebody up. It costs one upstream call for every 250 rows, also with `search`.
   */
  identities?: Maybe<PublicIdentityConnection>;
  /**
   * Returns any object that has a global id: a certification, a review item, an identity under review,
   * a task, a campaign or a person. It is null without an error if there is no such object, and null
   * with FORBIDDEN if the caller may not see it.
   */
  node?: Maybe<Node>;
  /**
   * Returns many objects by their global ids, in the order of `ids`, with null in place of each object
   * that does not exist. Up to 50 certifications, campaigns or people, or 50 review items or
   * identities under review of the same certification, share one upstream call.
   */
  nodes: Array<Maybe<Node>>;
  /**
   * Lists the tasks that are QUEUED or IN_PROGRESS and that the caller may see, at one upstream call
   * for every 250 rows. A task leaves the list when it finishes; use `certificationTask` to follow a
   * task to its end. The order cannot be chosen.
   */
  pendingCertificationTasks?: Maybe<CertificationTaskConnection>;
  /**
   * What is left of the upstream request budget, which the caller shares with all callers that use the
   * same upstream client. If the gateway has several clients of its own, it is that of the client which
   * makes the calls of this operation or, if there are none, would make those of the next one. Reading it
   * costs no upstream call.
   */
  rateLimit: RateLimit;
  /**
   * Who the gateway acts for, according to the credential, at no upstream call. None of it is
   * verified: what the caller may do is up to the upstream alone. It is null if the request has no
   * credential.
   */
  viewer?: Maybe<Viewer>;
};


/**
 * Everything that can be read. The data comes from the Certifications API of SailPoint Identity
 * Security Cloud, called the upstream here, and is limited to what the caller may see. If an upstream
 * call fails, the field that needs it is null, and the rest of the response is still returned;
 * `extensions.code` of the entry in `errors` says why: UNAUTHENTICATED, FORBIDDEN, RATE_LIMITED,
 * UPSTREAM_TIMEOUT, UPSTREAM_UNAVAILABLE, UPSTREAM_INVALID, UPSTREAM_CALLS_EXCEEDED or INTERNAL.
 *
 * A value that the upstream sends in another type than it documents, such as a text for a number, is
 * null, as if it were not reported. An object whose `id` or `rawId` is selected but not reported is
 * null with UPSTREAM_INVALID.
 */
export type QueryCampaignArgs = {
  id: Scalars['ID']['input'];
};


/**
 * Everything that can be read. The data comes from the Certifications API of SailPoint Identity
 * Security Cloud, called the upstream here, and is limited to what the caller may see. If an upstream
 * call fails, the field that needs it is null, and the rest of the response is still returned;
 * `extensions.code` of the entry in `errors` says why: UNAUTHENTICATED, FORBIDDEN, RATE_LIMITED,
 * UPSTREAM_TIMEOUT, UPSTREAM_UNAVAILABLE, UPSTREAM_INVALID, UPSTREAM_CALLS_EXCEEDED or INTERNAL.
 *
 * A value that the upstream sends in another type than it documents, such as a text for a number, is
 * null, as if it were not reported. An object whose `id` or `rawId` is selected but not reported is
 * null with UPSTREAM_INVALID.
 */
export type QueryCampaignsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  filter?: InputMaybe<CampaignFilter>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  offset?: InputMaybe<Scalars['Int']['input']>;
  orderBy?: InputMaybe<Array<CampaignOrder>>;
};


/**
 * Everything that can be read. The data comes from the Certifications API of SailPoint Identity
 * Security Cloud, called the upstream here, and is limited to what the caller may see. If an upstream
 * call fails, the field that needs it is null, and the rest of the response is still returned;
 * `extensions.code` of the entry in `errors` says why: UNAUTHENTICATED, FORBIDDEN, RATE_LIMITED,
 * UPSTREAM_TIMEOUT, UPSTREAM_UNAVAILABLE, UPSTREAM_INVALID, UPSTREAM_CALLS_EXCEEDED or INTERNAL.
 *
 * A value that the upstream sends in another type than it documents, such as a text for a number, is
 * null, as if it were not reported. An object whose `id` or `rawId` is selected but not reported is
 * null with UPSTREAM_INVALID.
 */
export type QueryCertificationArgs = {
  id: Scalars['ID']['input'];
};


/**
 * Everything that can be read. The data comes from the Certifications API of SailPoint Identity
 * Security Cloud, called the upstream here, and is limited to what the caller may see. If an upstream
 * call fails, the field that needs it is null, and the rest of the response is still returned;
 * `extensions.code` of the entry in `errors` says why: UNAUTHENTICATED, FORBIDDEN, RATE_LIMITED,
 * UPSTREAM_TIMEOUT, UPSTREAM_UNAVAILABLE, UPSTREAM_INVALID, UPSTREAM_CALLS_EXCEEDED or INTERNAL.
 *
 * A value that the upstream sends in another type than it documents, such as a text for a number, is
 * null, as if it were not reported. An object whose `id` or `rawId` is selected but not reported is
 * null with UPSTREAM_INVALID.
 */
export type QueryCertificationTaskArgs = {
  id: Scalars['ID']['input'];
};


/**
 * Everything that can be read. The data comes from the Certifications API of SailPoint Identity
 * Security Cloud, called the upstream here, and is limited to what the caller may see. If an upstream
 * call fails, the field that needs it is null, and the rest of the response is still returned;
 * `extensions.code` of the entry in `errors` says why: UNAUTHENTICATED, FORBIDDEN, RATE_LIMITED,
 * UPSTREAM_TIMEOUT, UPSTREAM_UNAVAILABLE, UPSTREAM_INVALID, UPSTREAM_CALLS_EXCEEDED or INTERNAL.
 *
 * A value that the upstream sends in another type than it documents, such as a text for a number, is
 * null, as if it were not reported. An object whose `id` or `rawId` is selected but not reported is
 * null with UPSTREAM_INVALID.
 */
export type QueryCertificationsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  filter?: InputMaybe<CertificationFilter>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  offset?: InputMaybe<Scalars['Int']['input']>;
  orderBy?: InputMaybe<Array<CertificationOrder>>;
  reviewer?: InputMaybe<Scalars['ID']['input']>;
};


/**
 * Everything that can be read. The data comes from the Certifications API of SailPoint Identity
 * Security Cloud, called the upstream here, and is limited to what the caller may see. If an upstream
 * call fails, the field that needs it is null, and the rest of the response is still returned;
 * `extensions.code` of the entry in `errors` says why: UNAUTHENTICATED, FORBIDDEN, RATE_LIMITED,
 * UPSTREAM_TIMEOUT, UPSTREAM_UNAVAILABLE, UPSTREAM_INVALID, UPSTREAM_CALLS_EXCEEDED or INTERNAL.
 *
 * A value that the upstream sends in another type than it documents, such as a text for a number, is
 * null, as if it were not reported. An object whose `id` or `rawId` is selected but not reported is
 * null with UPSTREAM_INVALID.
 */
export type QueryIdentitiesArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  completeOnly?: Scalars['Boolean']['input'];
  filter?: InputMaybe<PublicIdentityFilter>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  offset?: InputMaybe<Scalars['Int']['input']>;
  orderBy?: InputMaybe<Array<PublicIdentityOrder>>;
  search?: InputMaybe<Scalars['String']['input']>;
};


/**
 * Everything that can be read. The data comes from the Certifications API of SailPoint Identity
 * Security Cloud, called the upstream here, and is limited to what the caller may see. If an upstream
 * call fails, the field that needs it is null, and the rest of the response is still returned;
 * `extensions.code` of the entry in `errors` says why: UNAUTHENTICATED, FORBIDDEN, RATE_LIMITED,
 * UPSTREAM_TIMEOUT, UPSTREAM_UNAVAILABLE, UPSTREAM_INVALID, UPSTREAM_CALLS_EXCEEDED or INTERNAL.
 *
 * A value that the upstream sends in another type than it documents, such as a text for a number, is
 * null, as if it were not reported. An object whose `id` or `rawId` is selected but not reported is
 * null with UPSTREAM_INVALID.
 */
export type QueryNodeArgs = {
  id: Scalars['ID']['input'];
};


/**
 * Everything that can be read. The data comes from the Certifications API of SailPoint Identity
 * Security Cloud, called the upstream here, and is limited to what the caller may see. If an upstream
 * call fails, the field that needs it is null, and the rest of the response is still returned;
 * `extensions.code` of the entry in `errors` says why: UNAUTHENTICATED, FORBIDDEN, RATE_LIMITED,
 * UPSTREAM_TIMEOUT, UPSTREAM_UNAVAILABLE, UPSTREAM_INVALID, UPSTREAM_CALLS_EXCEEDED or INTERNAL.
 *
 * A value that the upstream sends in another type than it documents, such as a text for a number, is
 * null, as if it were not reported. An object whose `id` or `rawId` is selected but not reported is
 * null with UPSTREAM_INVALID.
 */
export type QueryNodesArgs = {
  ids: Array<Scalars['ID']['input']>;
};


/**
 * Everything that can be read. The data comes from the Certifications API of SailPoint Identity
 * Security Cloud, called the upstream here, and is limited to what the caller may see. If an upstream
 * call fails, the field that needs it is null, and the rest of the response is still returned;
 * `extensions.code` of the entry in `errors` says why: UNAUTHENTICATED, FORBIDDEN, RATE_LIMITED,
 * UPSTREAM_TIMEOUT, UPSTREAM_UNAVAILABLE, UPSTREAM_INVALID, UPSTREAM_CALLS_EXCEEDED or INTERNAL.
 *
 * A value that the upstream sends in another type than it documents, such as a text for a number, is
 * null, as if it were not reported. An object whose `id` or `rawId` is selected but not reported is
 * null with UPSTREAM_INVALID.
 */
export type QueryPendingCertificationTasksArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  filter?: InputMaybe<CertificationTaskFilter>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  offset?: InputMaybe<Scalars['Int']['input']>;
  reviewer?: InputMaybe<Scalars['ID']['input']>;
};

/**
 * The gateway's view of the upstream request budget. Other software with the same upstream client
 * spends it too, but the gateway cannot see that.
 */
export type RateLimit = {
  __typename?: 'RateLimit';
  /** How many upstream calls may be made in one period, normally 10 seconds. */
  limit: Scalars['Int']['output'];
  /** How many upstream calls are waiting for their turn now. */
  queued: Scalars['Int']['output'];
  /** How many of them are left now; further calls wait for their turn. */
  remaining: Scalars['Int']['output'];
  /** When all of `limit` is available again, if no more calls are made until then. */
  resetAt: Scalars['DateTime']['output'];
};

/** One thing to move: a single item, or all items of one identity. */
export type ReassignReferenceInput = {
  /**
   * The id of what to move: for ITEM, the global `id` or the `rawId` of a review item; otherwise the
   * `id` or the `rawId` of an IdentitySummary, never its `identityId`.
   */
  id: Scalars['ID']['input'];
  /** What the id refers to. */
  type: ReassignReferenceType;
};

/** The kinds of things that can be moved. */
export type ReassignReferenceType =
  /** All items of one identity in the certification. */
  | 'IDENTITY_SUMMARY'
  /** A single review item. */
  | 'ITEM'
  /**
   * All items of one summary in the certification, like IDENTITY_SUMMARY, but also for targets that
   * are not identities, such as roles.
   */
  | 'TARGET_SUMMARY';

/** The tasks that carry out a reassignment. */
export type ReassignReviewItemsAsyncPayload = {
  __typename?: 'ReassignReviewItemsAsyncPayload';
  /**
   * Why some references were not accepted into a task; empty if all were. Later problems are shown by
   * the tasks.
   */
  errors: Array<MutationError>;
  /**
   * The tasks that the upstream accepted, as they were at that moment. Keep their ids: a finished task
   * is no longer listed as pending.
   */
  tasks: Array<CertificationTask>;
};

/** Items of one certification to move to another reviewer. */
export type ReassignReviewItemsInput = {
  /** The global `id` or the `rawId` of the certification that holds the items; it must be ACTIVE. */
  certificationId: Scalars['ID']['input'];
  /** The reason for the move; it must not be blank. The new certification shows it in `reassignment`. */
  reason: Scalars['String']['input'];
  /**
   * Who to move to: the global `id` of a person or the `rawId` of an identity; it must not be a
   * governance group or the current reviewer. No one can be made to review their own access.
   */
  reassignTo: Scalars['ID']['input'];
  /**
   * What to move: only undecided items, each listed once; an empty list is BAD_USER_INPUT. Put
   * everything that concerns one identity into one mutation, because the upstream creates a separate
   * summary of the identity for each call.
   */
  references: Array<ReassignReferenceInput>;
};

/**
 * The outcome of a reassignment. A field that shows what was moved is null if it cannot be read, which
 * does not affect the move, and empty if nothing was moved.
 */
export type ReassignReviewItemsPayload = {
  __typename?: 'ReassignReviewItemsPayload';
  /**
   * The certification that the items left, as it was after the move, without a further call; it is read
   * again if the upstream returned another one or its response was lost. Null if nothing was moved.
   */
  certification?: Maybe<Certification>;
  /**
   * Why nothing was moved; empty if everything was. Common codes are BAD_USER_INPUT, NOT_FOUND,
   * NOT_ACTIVE, ALREADY_SIGNED and FORBIDDEN.
   */
  errors: Array<MutationError>;
  /**
   * The certification that the items went to: the one that the move created, or that an earlier move to
   * the same reviewer had created. If the upstream did not return it, it costs one upstream call, which
   * lists the new reviewer's certifications. Null if the caller cannot see them, if the items went to
   * another reviewer than the one given, or if more than one certification may be meant.
   */
  newCertification?: Maybe<Certification>;
  /**
   * The global ids of the identity summaries that left the certification with their last item: those
   * given as references, and those whose items were given one by one. If decided items of an identity
   * stay behind, its summary is not among them. It costs one upstream call after the move, and one
   * before it if there are references of type ITEM.
   */
  reassignedIdentitySummaryIds?: Maybe<Array<Scalars['ID']['output']>>;
  /**
   * The global ids of the items that left the certification, whichever form of id was given: a client
   * can take them out of its lists. References of type ITEM cost no further call. For whole identities,
   * their undecided items are read before the move, at one upstream call for every 250; if there are
   * more than 1000 of them, it is null without an error.
   */
  reassignedItemIds?: Maybe<Array<Scalars['ID']['output']>>;
};

/** Describes how a certification was created by moving items from another reviewer. */
export type Reassignment = {
  __typename?: 'Reassignment';
  /** The reason given for the reassignment; null if there is none. */
  comment?: Maybe<Scalars['String']['output']>;
  /** The certification that the items were taken from. */
  from?: Maybe<CertificationReference>;
};

/** One step in which review work was passed from one identity to another. */
export type ReassignmentTrail = {
  __typename?: 'ReassignmentTrail';
  /** The REST identifier of the identity that got the work. */
  newOwnerId?: Maybe<Scalars['ID']['output']>;
  /** The REST identifier of the identity that had the work before. */
  previousOwnerId?: Maybe<Scalars['ID']['output']>;
  /**
   * What caused the step, in the upstream's own words, such as `AUTOMATIC_REASSIGNMENT` if automatic
   * reassignment of work is configured for the identity.
   */
  reassignmentType?: Maybe<Scalars['String']['output']>;
};

/** A decision on one item. */
export type ReviewDecisionInput = {
  /**
   * Whether the audit trail should show the decision as part of a bulk action; it changes nothing
   * else.
   */
  bulk?: Scalars['Boolean']['input'];
  /**
   * The reason for the decision. If the campaign requires a comment
   * (`Campaign.mandatoryCommentRequirement`), a missing or blank one is refused with COMMENT_REQUIRED.
   */
  comment?: InputMaybe<Scalars['String']['input']>;
  /**
   * The decision; it replaces an earlier decision on the same item. Requests that are under way at
   * the same time have no order: decide an item again only after the response to the decision before.
   */
  decision: DecisionInput;
  /**
   * The global `id` or the `rawId` of the review item. An item listed twice with exactly the same
   * decision counts once; with a different decision, it is refused.
   */
  itemId: Scalars['ID']['input'];
  /**
   * When to remove the access, if not at once; it must be in the future, and is allowed only with
   * REVOKE. The campaign may require a comment with it.
   */
  proposedEndDate?: InputMaybe<Scalars['DateTime']['input']>;
  /**
   * The recommendation that the reviewer was given; it is kept for the record only and cannot be read
   * back.
   */
  recommendation?: InputMaybe<ReviewRecommendationInput>;
};

/** The automatic recommendation at the time of the decision. */
export type ReviewRecommendationInput = {
  /** The reasons given for the recommendation. */
  reasons?: InputMaybe<Array<Scalars['String']['input']>>;
  /** The recommendation; null if none was made. */
  recommendation?: InputMaybe<Scalars['String']['input']>;
  /** When the recommendation was recorded. */
  timestamp?: InputMaybe<Scalars['DateTime']['input']>;
};

/**
 * The access under review: an `Entitlement`, an `AccessProfile`, a `Role`, or `OtherAccess` for
 * anything else. Select the fields of each kind with a fragment such as `... on Role`.
 */
export type ReviewableAccess = {
  /** What the access is for; null if there is none. */
  description?: Maybe<Scalars['String']['output']>;
  /** The name of the access; null if the upstream does not report it. */
  name?: Maybe<Scalars['String']['output']>;
  /** Who is responsible for the access; null if no owner is named. */
  owner?: Maybe<Identity>;
  /** Whether the access gives far-reaching rights, and so deserves a closer look. */
  privileged?: Maybe<Scalars['Boolean']['output']>;
  /**
   * The identifier of the access in the REST API. It identifies no object of this graph: the same
   * access can have other values under another review item, such as the account of another person.
   */
  rawId: Scalars['ID']['output'];
  /** What kind of object the access is; null if the upstream does not report it. */
  type?: Maybe<DtoType>;
};

/** The identity or governance group that has to review a certification. */
export type Reviewer = {
  __typename?: 'Reviewer';
  /** When the identity or governance group was created; null if the upstream does not report it. */
  created?: Maybe<Scalars['DateTime']['output']>;
  /** The e-mail address of the reviewer; null for a governance group. */
  email?: Maybe<Scalars['String']['output']>;
  /** When the identity or governance group last changed; null if the upstream does not report it. */
  modified?: Maybe<Scalars['DateTime']['output']>;
  /** The name of the reviewer; null if the upstream does not report it. */
  name?: Maybe<Scalars['String']['output']>;
  /**
   * What everybody in the tenant may know of the person, at one upstream call for every 50 people of a
   * list. It is null without an error if there is nobody with this identifier, or nobody whom the
   * caller may see, and for a governance group.
   */
  publicIdentity?: Maybe<PublicIdentity>;
  /** The identifier of the identity or governance group in the REST API. */
  rawId: Scalars['ID']['output'];
  /** Whether the reviewer is one identity or a group of them. */
  type?: Maybe<ReviewerType>;
};

/** Which reviewers to list. All given conditions must hold. */
export type ReviewerFilter = {
  /** Reviewers with this e-mail address. */
  email?: InputMaybe<TextMatch>;
  /**
   * Reviewers with one of these ids of people, global or REST, at most 100; an empty list matches
   * nothing.
   */
  ids?: InputMaybe<Array<Scalars['ID']['input']>>;
  /** Reviewers with this name. */
  name?: InputMaybe<TextMatch>;
};

/** One field to order reviewers by. */
export type ReviewerOrder = {
  /** Whether to order ascending or descending. */
  direction?: OrderDirection;
  /** The field to order by. */
  field: ReviewerOrderField;
};

/** The fields that reviewers can be ordered by. */
export type ReviewerOrderField =
  /** By `email`; in ascending order, reviewers without an address come last. */
  | 'EMAIL'
  /** By `name`. */
  | 'NAME';

/** Whether a reviewer is one identity or a group of them. */
export type ReviewerType =
  /**
   * A governance group; any of its members may review. The upstream may refuse to return its
   * certifications by id, to decide, to reassign or to sign off, with GOVERNANCE_GROUP_UNSUPPORTED.
   */
  | 'GOVERNANCE_GROUP'
  /** One identity. */
  | 'IDENTITY'
  /** A value that this schema does not know yet. */
  | 'UNRECOGNIZED';

/**
 * The access that a job needs: a named bundle of access profiles and entitlements. A field is null if
 * the upstream does not report it.
 */
export type Role = ReviewableAccess & {
  __typename?: 'Role';
  /** The access profiles in the bundle, without a further upstream call. */
  accessProfiles?: Maybe<Array<AccessProfile>>;
  /** What the role is for; null if there is none. */
  description?: Maybe<Scalars['String']['output']>;
  /** When the access expires for this identity; null if it does not expire. */
  endDate?: Maybe<Scalars['DateTime']['output']>;
  /**
   * The entitlements that the role contains directly, without those of its access profiles, without a
   * further upstream call.
   */
  entitlements?: Maybe<Array<Entitlement>>;
  /** The name of the role. */
  name?: Maybe<Scalars['String']['output']>;
  /** Who is responsible for the role; null if no owner is named. */
  owner?: Maybe<Identity>;
  /** Whether the role gives far-reaching rights, and so deserves a closer look. */
  privileged?: Maybe<Scalars['Boolean']['output']>;
  /**
   * The identifier of the role in the REST API. The same role can have another `endDate` under each
   * review item.
   */
  rawId: Scalars['ID']['output'];
  /** Whether the role can be removed; revoking a role that cannot be removed may be refused. */
  revocable?: Maybe<Scalars['Boolean']['output']>;
  /** What kind of object it is: always ROLE. */
  type?: Maybe<DtoType>;
};

/** The certification to sign off. */
export type SignOffCertificationInput = {
  /** The global `id` or the `rawId` of the certification; it must be ACTIVE. */
  certificationId: Scalars['ID']['input'];
};

/** The outcome of a sign-off. */
export type SignOffCertificationPayload = {
  __typename?: 'SignOffCertificationPayload';
  /**
   * The certification as the upstream returned it, with `phase` SIGNED, without a further call; null if
   * it was not signed off. Its `id` is all that is needed to take it out of a list of ACTIVE
   * certifications. What is selected below it is read after the sign-off.
   */
  certification?: Maybe<Certification>;
  /**
   * Why the certification was not signed off; empty if it was. Common codes are UNDECIDED_ITEMS,
   * NOT_ACTIVE, ALREADY_SIGNED and FORBIDDEN.
   */
  errors: Array<MutationError>;
};

/** A source, as described in a campaign. */
export type SourceReference = {
  __typename?: 'SourceReference';
  /** The name of the source; null if the upstream does not report it. */
  name?: Maybe<Scalars['String']['output']>;
  /** The identifier of the source in the REST API. */
  rawId: Scalars['ID']['output'];
};

/**
 * Everything that can be watched. The gateway polls the upstream on behalf of the clients that watch,
 * so a subscription spends request budget for as long as it lasts. If the gateway is stopped, the
 * subscription breaks off and does not complete: subscribe again, as most client libraries do by
 * themselves. A subscription that arrives while the gateway is stopping is refused with INTERRUPTED.
 */
export type Subscription = {
  __typename?: 'Subscription';
  /**
   * The task as it is now, and again at each change; the stream completes when the task reaches
   * SUCCESS or ERROR. It is null if there is no task with this id.
   */
  certificationTask?: Maybe<CertificationTask>;
};


/**
 * Everything that can be watched. The gateway polls the upstream on behalf of the clients that watch,
 * so a subscription spends request budget for as long as it lasts. If the gateway is stopped, the
 * subscription breaks off and does not complete: subscribe again, as most client libraries do by
 * themselves. A subscription that arrives while the gateway is stopping is refused with INTERRUPTED.
 */
export type SubscriptionCertificationTaskArgs = {
  id: Scalars['ID']['input'];
};

/** A condition on text. Give exactly one of the fields; the comparison ignores case. */
export type TextMatch =
  /** The whole text equals this. */
  { eq: Scalars['String']['input']; startsWith?: never; }
  |  /** The text begins with this. */
  { eq?: never; startsWith: Scalars['String']['input']; };

/** A message from the upstream for people to read, in one language. */
export type UpstreamMessage = {
  __typename?: 'UpstreamMessage';
  /**
   * The language of the text as a BCP 47 tag, such as `en-US`; null if the upstream does not report
   * it.
   */
  locale?: Maybe<Scalars['String']['output']>;
  /** How the language was chosen; null if the upstream does not report it. */
  localeOrigin?: Maybe<LocaleOrigin>;
  /** The text itself. */
  text?: Maybe<Scalars['String']['output']>;
};

/** Whether the usage of an account is known for the whole period. */
export type UsageDaysState =
  /** The activity of the whole period is counted. */
  | 'COMPLETE'
  /** The activity is not known, or not for the whole period. */
  | 'UNKNOWN'
  /** A value that this schema does not know yet. */
  | 'UNRECOGNIZED';

/**
 * Who the gateway acts for. A field is null if the credential does not say, as with a token that is
 * not a JWT.
 */
export type Viewer = {
  __typename?: 'Viewer';
  /**
   * The user levels that the token claims, such as `ORG_ADMIN` or `CERT_ADMIN`. Use them to hide what
   * would be FORBIDDEN; they are not permissions, since a caller may have others.
   */
  authorities?: Maybe<Array<Scalars['String']['output']>>;
  /** What kind of credential the gateway uses for the caller. */
  credential: ViewerCredential;
  /**
   * When the credential ends; null if that is not known. A token of the gateway itself is renewed
   * before that.
   */
  expiresAt?: Maybe<Scalars['DateTime']['output']>;
  /**
   * The REST identifier of the identity that the credential belongs to, which is also what `me` means
   * as a `reviewer`; null for a client that belongs to no user.
   */
  identityId?: Maybe<Scalars['ID']['output']>;
  /**
   * What everybody in the tenant may know of the viewer, such as the name to show, at one upstream
   * call, which is shared with those for other people. It is null without an error if `identityId` is
   * null, or the upstream shows nobody with that id.
   */
  publicIdentity?: Maybe<PublicIdentity>;
  /** The name that the identity signs in with; the name to show is in `publicIdentity`. */
  userName?: Maybe<Scalars['String']['output']>;
};

/** What kind of credential the gateway uses for a caller. */
export type ViewerCredential =
  /** A token that came with the request. */
  | 'BEARER'
  /** The gateway's own credential, which is the same for everybody whom the gateway lets in with it. */
  | 'SERVICE'
  /** A session in the browser, after signing in at the tenant. */
  | 'SESSION';

export type CertificationQueryVariables = Exact<{
  id: Scalars['ID']['input'];
}>;


export type CertificationQuery = { __typename?: 'Query', certification?: { __typename?: 'Certification', id: string, name?: string | null, phase?: CertificationPhase | null, due?: string | null, signed?: string | null, decisionsMade?: number | null, decisionsTotal?: number | null, identitiesCompleted?: number | null, identitiesTotal?: number | null, campaign?: { __typename?: 'Campaign', id: string, name?: string | null, mandatoryCommentRequirement?: MandatoryCommentRequirement | null } | null, reassignment?: { __typename?: 'Reassignment', comment?: string | null, from?: { __typename?: 'CertificationReference', rawId: string, name?: string | null, reviewer?: { __typename?: 'Reviewer', name?: string | null } | null } | null } | null, pendingTasks?: { __typename?: 'CertificationTaskConnection', nodes: Array<{ __typename?: 'CertificationTask', id: string, type?: CertificationTaskType | null }> } | null } | null };

export type IdentitiesQueryVariables = Exact<{
  id: Scalars['ID']['input'];
  first: Scalars['Int']['input'];
  filter?: InputMaybe<IdentitySummaryFilter>;
}>;


export type IdentitiesQuery = { __typename?: 'Query', certification?: { __typename?: 'Certification', id: string, identitySummaries?: { __typename?: 'IdentitySummaryConnection', totalCount?: number | null, pageInfo: { __typename?: 'PageInfo', hasNextPage: boolean }, nodes: Array<{ __typename?: 'IdentitySummary', id: string, name?: string | null, completed?: boolean | null }> } | null } | null };

export type ItemFragment = { __typename?: 'AccessReviewItem', id: string, completed?: boolean | null, decision?: Decision | null, comment?: string | null, newAccess?: boolean | null, identity?: { __typename?: 'IdentitySummary', id: string, name?: string | null, completed?: boolean | null } | null, access?:
    | { __typename: 'AccessProfile', rawId: string, name?: string | null, description?: string | null, privileged?: boolean | null }
    | { __typename: 'Entitlement', sourceName?: string | null, rawId: string, name?: string | null, description?: string | null, privileged?: boolean | null, account?: { __typename?: 'Account', name?: string | null, nativeIdentity?: string | null } | null }
    | { __typename: 'OtherAccess', rawId: string, name?: string | null, description?: string | null, privileged?: boolean | null }
    | { __typename: 'Role', rawId: string, name?: string | null, description?: string | null, privileged?: boolean | null }
   | null };

export type ItemsQueryVariables = Exact<{
  id: Scalars['ID']['input'];
  first: Scalars['Int']['input'];
  filter?: InputMaybe<AccessReviewItemFilter>;
  orderBy?: InputMaybe<Array<AccessReviewItemOrder> | AccessReviewItemOrder>;
}>;


export type ItemsQuery = { __typename?: 'Query', certification?: { __typename?: 'Certification', id: string, reviewItems?: { __typename?: 'AccessReviewItemConnection', totalCount?: number | null, pageInfo: { __typename?: 'PageInfo', hasNextPage: boolean }, nodes: Array<{ __typename?: 'AccessReviewItem', id: string, completed?: boolean | null, decision?: Decision | null, comment?: string | null, newAccess?: boolean | null, identity?: { __typename?: 'IdentitySummary', id: string, name?: string | null, completed?: boolean | null } | null, access?:
          | { __typename: 'AccessProfile', rawId: string, name?: string | null, description?: string | null, privileged?: boolean | null }
          | { __typename: 'Entitlement', sourceName?: string | null, rawId: string, name?: string | null, description?: string | null, privileged?: boolean | null, account?: { __typename?: 'Account', name?: string | null, nativeIdentity?: string | null } | null }
          | { __typename: 'OtherAccess', rawId: string, name?: string | null, description?: string | null, privileged?: boolean | null }
          | { __typename: 'Role', rawId: string, name?: string | null, description?: string | null, privileged?: boolean | null }
         | null }> } | null } | null };

export type CountsQueryVariables = Exact<{
  id: Scalars['ID']['input'];
}>;


export type CountsQuery = { __typename?: 'Query', certification?: { __typename?: 'Certification', id: string, decisionsMade?: number | null, decisionsTotal?: number | null, decisionSummary?: { __typename?: 'DecisionSummary', all: { __typename?: 'DecisionCounts', total?: number | null, approved?: number | null, revoked?: number | null } } | null } | null };

export type SignOffMutationVariables = Exact<{
  input: SignOffCertificationInput;
}>;


export type SignOffMutation = { __typename?: 'Mutation', signOffCertification?: { __typename?: 'SignOffCertificationPayload', certification?: { __typename?: 'Certification', id: string, phase?: CertificationPhase | null, signed?: string | null, completed?: boolean | null } | null, errors: Array<{ __typename?: 'MutationError', code: MutationErrorCode, message: string }> } | null };

export type DecideMutationVariables = Exact<{
  input: DecideReviewItemsInput;
}>;


export type DecideMutation = { __typename?: 'Mutation', decideReviewItems?: { __typename?: 'DecideReviewItemsPayload', certification?: { __typename?: 'Certification', id: string, phase?: CertificationPhase | null, decisionsMade?: number | null, decisionsTotal?: number | null, identitiesCompleted?: number | null, identitiesTotal?: number | null } | null, decidedItems?: Array<{ __typename?: 'AccessReviewItem', id: string, decision?: Decision | null, comment?: string | null, completed?: boolean | null, identity?: { __typename?: 'IdentitySummary', id: string, completed?: boolean | null } | null }> | null, errors: Array<{ __typename?: 'MutationError', code: MutationErrorCode, message: string, ids: Array<string> }> } | null };

export type QueueQueryVariables = Exact<{
  phase: CertificationPhaseInput;
  first: Scalars['Int']['input'];
  orderBy?: InputMaybe<Array<CertificationOrder> | CertificationOrder>;
}>;


export type QueueQuery = { __typename?: 'Query', certifications?: { __typename?: 'CertificationConnection', totalCount?: number | null, pageInfo: { __typename?: 'PageInfo', hasNextPage: boolean }, nodes: Array<{ __typename?: 'Certification', id: string, name?: string | null, phase?: CertificationPhase | null, due?: string | null, signed?: string | null, decisionsMade?: number | null, decisionsTotal?: number | null, campaign?: { __typename?: 'Campaign', id: string, name?: string | null } | null, reviewer?: { __typename?: 'Reviewer', name?: string | null, type?: ReviewerType | null } | null }> } | null };

export type PeopleQueryVariables = Exact<{
  search: Scalars['String']['input'];
  first: Scalars['Int']['input'];
}>;


export type PeopleQuery = { __typename?: 'Query', identities?: { __typename?: 'PublicIdentityConnection', totalCount?: number | null, pageInfo: { __typename?: 'PageInfo', hasNextPage: boolean }, nodes: Array<{ __typename?: 'PublicIdentity', id: string, rawId: string, name?: string | null, email?: string | null, identityState?: IdentityState | null }> } | null };

export type ReassignMutationVariables = Exact<{
  input: ReassignReviewItemsInput;
}>;


export type ReassignMutation = { __typename?: 'Mutation', reassignReviewItems?: { __typename?: 'ReassignReviewItemsPayload', certification?: { __typename?: 'Certification', id: string, phase?: CertificationPhase | null, decisionsMade?: number | null, decisionsTotal?: number | null, identitiesCompleted?: number | null, identitiesTotal?: number | null } | null, errors: Array<{ __typename?: 'MutationError', code: MutationErrorCode, message: string }> } | null };

export type ReassignInTasksMutationVariables = Exact<{
  input: ReassignReviewItemsInput;
}>;


export type ReassignInTasksMutation = { __typename?: 'Mutation', reassignReviewItemsAsync?: { __typename?: 'ReassignReviewItemsAsyncPayload', tasks: Array<{ __typename?: 'CertificationTask', id: string, status?: CertificationTaskStatus | null }>, errors: Array<{ __typename?: 'MutationError', code: MutationErrorCode, message: string }> } | null };

export type TaskSubscriptionVariables = Exact<{
  id: Scalars['ID']['input'];
}>;


export type TaskSubscription = { __typename?: 'Subscription', certificationTask?: { __typename?: 'CertificationTask', id: string, status?: CertificationTaskStatus | null, errors?: Array<{ __typename?: 'UpstreamMessage', text?: string | null }> | null, certification?: { __typename?: 'Certification', id: string, phase?: CertificationPhase | null, decisionsMade?: number | null, decisionsTotal?: number | null, identitiesCompleted?: number | null, identitiesTotal?: number | null } | null } | null };

export const ItemFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Item"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"AccessReviewItem"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"completed"}},{"kind":"Field","name":{"kind":"Name","value":"decision"}},{"kind":"Field","name":{"kind":"Name","value":"comment"}},{"kind":"Field","name":{"kind":"Name","value":"newAccess"}},{"kind":"Field","name":{"kind":"Name","value":"identity"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"completed"}}]}},{"kind":"Field","name":{"kind":"Name","value":"access"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"rawId"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"description"}},{"kind":"Field","name":{"kind":"Name","value":"privileged"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Entitlement"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"sourceName"}},{"kind":"Field","name":{"kind":"Name","value":"account"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"nativeIdentity"}}]}}]}}]}}]}}]} as unknown as DocumentNode<ItemFragment, unknown>;
export const CertificationDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Certification"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"certification"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"phase"}},{"kind":"Field","name":{"kind":"Name","value":"due"}},{"kind":"Field","name":{"kind":"Name","value":"signed"}},{"kind":"Field","name":{"kind":"Name","value":"decisionsMade"}},{"kind":"Field","name":{"kind":"Name","value":"decisionsTotal"}},{"kind":"Field","name":{"kind":"Name","value":"identitiesCompleted"}},{"kind":"Field","name":{"kind":"Name","value":"identitiesTotal"}},{"kind":"Field","name":{"kind":"Name","value":"campaign"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"mandatoryCommentRequirement"}}]}},{"kind":"Field","name":{"kind":"Name","value":"reassignment"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"comment"}},{"kind":"Field","name":{"kind":"Name","value":"from"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"rawId"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"reviewer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}}]}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pendingTasks"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"50"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"type"}}]}}]}}]}}]}}]} as unknown as DocumentNode<CertificationQuery, CertificationQueryVariables>;
export const IdentitiesDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Identities"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"IdentitySummaryFilter"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"certification"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"identitySummaries"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}},{"kind":"Argument","name":{"kind":"Name","value":"orderBy"},"value":{"kind":"ListValue","values":[{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"field"},"value":{"kind":"EnumValue","value":"NAME"}}]}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"totalCount"}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}}]}},{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"completed"}}]}}]}}]}}]}}]} as unknown as DocumentNode<IdentitiesQuery, IdentitiesQueryVariables>;
export const ItemsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Items"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"AccessReviewItemFilter"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"orderBy"}},"type":{"kind":"ListType","type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"AccessReviewItemOrder"}}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"certification"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"reviewItems"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}},{"kind":"Argument","name":{"kind":"Name","value":"orderBy"},"value":{"kind":"Variable","name":{"kind":"Name","value":"orderBy"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"totalCount"}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}}]}},{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Item"}}]}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Item"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"AccessReviewItem"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"completed"}},{"kind":"Field","name":{"kind":"Name","value":"decision"}},{"kind":"Field","name":{"kind":"Name","value":"comment"}},{"kind":"Field","name":{"kind":"Name","value":"newAccess"}},{"kind":"Field","name":{"kind":"Name","value":"identity"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"completed"}}]}},{"kind":"Field","name":{"kind":"Name","value":"access"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"rawId"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"description"}},{"kind":"Field","name":{"kind":"Name","value":"privileged"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Entitlement"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"sourceName"}},{"kind":"Field","name":{"kind":"Name","value":"account"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"nativeIdentity"}}]}}]}}]}}]}}]} as unknown as DocumentNode<ItemsQuery, ItemsQueryVariables>;
export const CountsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Counts"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"certification"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"decisionsMade"}},{"kind":"Field","name":{"kind":"Name","value":"decisionsTotal"}},{"kind":"Field","name":{"kind":"Name","value":"decisionSummary"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"all"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"total"}},{"kind":"Field","name":{"kind":"Name","value":"approved"}},{"kind":"Field","name":{"kind":"Name","value":"revoked"}}]}}]}}]}}]}}]} as unknown as DocumentNode<CountsQuery, CountsQueryVariables>;
export const SignOffDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"SignOff"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"SignOffCertificationInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"signOffCertification"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"certification"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"phase"}},{"kind":"Field","name":{"kind":"Name","value":"signed"}},{"kind":"Field","name":{"kind":"Name","value":"completed"}}]}},{"kind":"Field","name":{"kind":"Name","value":"errors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]}}]} as unknown as DocumentNode<SignOffMutation, SignOffMutationVariables>;
export const DecideDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"Decide"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"DecideReviewItemsInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"decideReviewItems"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"certification"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"phase"}},{"kind":"Field","name":{"kind":"Name","value":"decisionsMade"}},{"kind":"Field","name":{"kind":"Name","value":"decisionsTotal"}},{"kind":"Field","name":{"kind":"Name","value":"identitiesCompleted"}},{"kind":"Field","name":{"kind":"Name","value":"identitiesTotal"}}]}},{"kind":"Field","name":{"kind":"Name","value":"decidedItems"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"decision"}},{"kind":"Field","name":{"kind":"Name","value":"comment"}},{"kind":"Field","name":{"kind":"Name","value":"completed"}},{"kind":"Field","name":{"kind":"Name","value":"identity"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"completed"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"errors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"ids"}}]}}]}}]}}]} as unknown as DocumentNode<DecideMutation, DecideMutationVariables>;
export const QueueDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Queue"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"phase"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CertificationPhaseInput"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"orderBy"}},"type":{"kind":"ListType","type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CertificationOrder"}}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"certifications"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"reviewer"},"value":{"kind":"StringValue","value":"me","block":false}},{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"phase"},"value":{"kind":"Variable","name":{"kind":"Name","value":"phase"}}}]}},{"kind":"Argument","name":{"kind":"Name","value":"orderBy"},"value":{"kind":"Variable","name":{"kind":"Name","value":"orderBy"}}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"totalCount"}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}}]}},{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"phase"}},{"kind":"Field","name":{"kind":"Name","value":"due"}},{"kind":"Field","name":{"kind":"Name","value":"signed"}},{"kind":"Field","name":{"kind":"Name","value":"decisionsMade"}},{"kind":"Field","name":{"kind":"Name","value":"decisionsTotal"}},{"kind":"Field","name":{"kind":"Name","value":"campaign"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"reviewer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"type"}}]}}]}}]}}]}}]} as unknown as DocumentNode<QueueQuery, QueueQueryVariables>;
export const PeopleDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"People"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"search"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"identities"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"search"},"value":{"kind":"Variable","name":{"kind":"Name","value":"search"}}},{"kind":"Argument","name":{"kind":"Name","value":"completeOnly"},"value":{"kind":"BooleanValue","value":true}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"orderBy"},"value":{"kind":"ListValue","values":[{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"field"},"value":{"kind":"EnumValue","value":"NAME"}}]}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"totalCount"}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}}]}},{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"rawId"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"email"}},{"kind":"Field","name":{"kind":"Name","value":"identityState"}}]}}]}}]}}]} as unknown as DocumentNode<PeopleQuery, PeopleQueryVariables>;
export const ReassignDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"Reassign"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ReassignReviewItemsInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"reassignReviewItems"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"certification"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"phase"}},{"kind":"Field","name":{"kind":"Name","value":"decisionsMade"}},{"kind":"Field","name":{"kind":"Name","value":"decisionsTotal"}},{"kind":"Field","name":{"kind":"Name","value":"identitiesCompleted"}},{"kind":"Field","name":{"kind":"Name","value":"identitiesTotal"}}]}},{"kind":"Field","name":{"kind":"Name","value":"errors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]}}]} as unknown as DocumentNode<ReassignMutation, ReassignMutationVariables>;
export const ReassignInTasksDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"ReassignInTasks"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ReassignReviewItemsInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"reassignReviewItemsAsync"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"tasks"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"status"}}]}},{"kind":"Field","name":{"kind":"Name","value":"errors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]}}]} as unknown as DocumentNode<ReassignInTasksMutation, ReassignInTasksMutationVariables>;
export const TaskDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"Task"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"certificationTask"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"errors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"text"}}]}},{"kind":"Field","name":{"kind":"Name","value":"certification"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"phase"}},{"kind":"Field","name":{"kind":"Name","value":"decisionsMade"}},{"kind":"Field","name":{"kind":"Name","value":"decisionsTotal"}},{"kind":"Field","name":{"kind":"Name","value":"identitiesCompleted"}},{"kind":"Field","name":{"kind":"Name","value":"identitiesTotal"}}]}}]}}]}}]} as unknown as DocumentNode<TaskSubscription, TaskSubscriptionVariables>;