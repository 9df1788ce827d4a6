package graphtest

import (
	"certql/graph/relay"
)

func CertificationID(id string) string { return relay.EncodeID("Certification", id) }

func ItemID(certification, id string) string {
	return relay.EncodeID("AccessReviewItem", certification, id)
}

func TaskID(id string) string { return relay.EncodeID("CertificationTask", id) }
