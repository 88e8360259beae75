package fakeupstream

import (
	"bytes"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"time"
)

// upload is what a multipart body says.
type upload struct {
	name, media, purpose string
	size                 int64 // of the file; of the whole body if only its beginning was kept
}

func (c *call) upload() upload {
	u := upload{name: "unknown", media: "application/octet-stream", size: c.rec.Size}
	_, params, err := mime.ParseMediaType(c.rec.Header.Get("Content-Type"))
	if err != nil || params["boundary"] == "" {
		return u
	}
	form := multipart.NewReader(bytes.NewReader(c.rec.Body), params["boundary"])
	for {
		part, err := form.NextPart()
		if err != nil {
			return u
		}
		u.read(part)
	}
}

func (u *upload) read(part *multipart.Part) {
	text, err := io.ReadAll(part)
	switch {
	case part.FormName() == "purpose":
		u.purpose = string(text)
	case part.FileName() != "":
		u.name = part.FileName()
		if media := part.Header.Get("Content-Type"); media != "" {
			u.media = media
		}
		if err == nil {
			u.size = int64(len(text))
		}
	}
}

// named is the identifier in the path, or a new one.
func (c *call) named(prefix string) string {
	if len(c.vars) > 0 {
		return c.vars[0]
	}
	return c.id(prefix)
}

func (c *call) date() string { return time.Unix(c.now, 0).UTC().Format(time.RFC3339) }

func openAIUpload(c *call) answer { return inJSON(http.StatusOK, c.openAIFile(c.upload())) }

func openAIFile(c *call) answer {
	return inJSON(http.StatusOK, c.openAIFile(upload{name: "example.txt", purpose: "user_data", size: 7}))
}

func (c *call) openAIFile(u upload) obj {
	return obj{"id": c.named("file-"), "object": "file", "bytes": u.size, "created_at": c.now,
		"filename": u.name, "purpose": u.purpose, "status": "processed"}
}

func deleted(object string) handler {
	return func(c *call) answer {
		return inJSON(http.StatusOK, obj{"id": c.vars[0], "object": object, "deleted": true})
	}
}

func emptyList(*call) answer {
	return inJSON(http.StatusOK, obj{"object": "list", "data": []any{}, "has_more": false})
}

func openAIBatch(c *call) answer {
	return inJSON(http.StatusOK, obj{
		"id": c.named("batch_"), "object": "batch", "endpoint": "/v1/chat/completions", "status": "validating",
		"input_file_id": "file-fake000001", "completion_window": "24h", "created_at": c.now, "errors": nil,
		"request_counts": obj{"total": 0, "completed": 0, "failed": 0}, "metadata": nil,
	})
}
