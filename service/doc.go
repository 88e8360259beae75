// Package service is pith over HTTP: the routes of openapi.yaml, the limits and
// errors it publishes, and an admin listener with metrics and profiles.
//
//	svc, err := service.New(service.Options{
//		Compressor: registry,
//		Counter:    lookUp,
//		Log:        log,
//	})
//	…
//	err = svc.Serve(ctx, listener, adminListener) // until ctx ends, then drains
//
// A request passes the door (how many requests and bytes are in flight), is read
// under the limits, decoded strictly, validated against the embedded contract,
// and only then becomes a [pith.Request]. Once it is through the door the service
// fails open: unless the caller said otherwise, a compressor that fails costs the
// compression and not the request.
//
// The package knows neither models nor methods. It logs one line a request and
// never any text of one: see [Options.Log].
package service
