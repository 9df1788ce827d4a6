package graph_test

import "certql/graph/relay"

func certificationID(id string) string { return relay.EncodeID("Certification", id) }

func itemID(certification, id string) string {
	return relay.EncodeID("AccessReviewItem", certification, id)
}

func taskID(id string) string { return relay.EncodeID("CertificationTask", id) }
