// Unsafe requests from a signed-in browser repeat the session's CSRF token.
let csrfToken = "";
SwaggerUIBundle({
  url: "/api/openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  requestInterceptor(request) {
    if (csrfToken) request.headers["X-CSRF-Token"] = csrfToken;
    return request;
  },
  responseInterceptor(response) {
    if (response.url.includes("/api/v1/sessions") && response.obj && response.obj.csrf_token) {
      csrfToken = response.obj.csrf_token;
    }
    return response;
  },
});
