package api

// CompressItem is one item of a batch: a request with the caller's own name.
type CompressItem struct {
	CustomID string `json:"custom_id"`
	CompressRequest
}
