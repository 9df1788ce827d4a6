
      export interface PossibleTypesResultData {
        possibleTypes: {
          [key: string]: string[]
        }
      }
      const result: PossibleTypesResultData = {
  "possibleTypes": {
    "Node": [
      "AccessReviewItem",
      "Campaign",
      "Certification",
      "CertificationTask",
      "IdentitySummary",
      "PublicIdentity"
    ],
    "ReviewableAccess": [
      "AccessProfile",
      "Entitlement",
      "OtherAccess",
      "Role"
    ]
  }
};
      export default result;
    