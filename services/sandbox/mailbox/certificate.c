#include "certificate.h"

#include <arpa/inet.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "clock.h"
#include "date.h"
#include "random.h"

enum { VALID_DAYS = 3650 };

static void must(int ok, const char *what)
{
	if (ok <= 0)
		bug("sandbox: no certificate: %s", what);
}

/* "DNS:localhost,IP:127.0.0.1" */
static const char *alternative_names(struct arena *arena, const char *names)
{
	struct span rest = span_of(names), one;
	unsigned char address[16];
	struct text text;

	text_init(&text, arena);
	while (rest.size > 0) {
		const char *name;

		span_cut(rest, ',', &one, &rest);
		name = span_cstr(arena, span_trim(one));
		text_printf(&text, "%s%s:%s", text.size > 0 ? "," : "",
			inet_pton(AF_INET, name, address) == 1 || inet_pton(AF_INET6, name, address) == 1 ? "IP" : "DNS", name);
	}
	return span_cstr(arena, text_done(&text));
}

static void extend(X509 *certificate, int nid, const char *value)
{
	X509_EXTENSION *extension;
	X509V3_CTX context;

	X509V3_set_ctx_nodb(&context);
	X509V3_set_ctx(&context, certificate, certificate, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
	must(extension != NULL, value);
	must(X509_add_ext(certificate, extension, -1), value);
	X509_EXTENSION_free(extension);
}

static void set_names(X509 *certificate)
{
	X509_NAME *name = X509_get_subject_name(certificate);
	uint8_t serial[8];
	int64_t number;

	random_bytes(serial, sizeof(serial));
	memcpy(&number, serial, sizeof(number));
	must(ASN1_INTEGER_set_int64(X509_get_serialNumber(certificate), number & INT64_MAX), "serial");
	must(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)"Dunlin sandbox", -1, -1, 0), "name");
	must(X509_set_issuer_name(certificate, name), "issuer");
}

static X509 *certify(struct arena *arena, EVP_PKEY *key, const char *names)
{
	X509 *certificate = X509_new();
	time_t now = (time_t)(clock_real().us / US_PER_SECOND);

	must(certificate != NULL && X509_set_version(certificate, X509_VERSION_3), "version");
	set_names(certificate);
	must(ASN1_TIME_set(X509_getm_notBefore(certificate), now - 3600) != NULL, "from");
	must(ASN1_TIME_set(X509_getm_notAfter(certificate), now + VALID_DAYS * 86400L) != NULL, "until");
	must(X509_set_pubkey(certificate, key), "key");
	extend(certificate, NID_basic_constraints, "critical,CA:TRUE");
	extend(certificate, NID_key_usage, "critical,digitalSignature,keyCertSign");
	extend(certificate, NID_subject_alt_name, alternative_names(arena, names));
	must(X509_sign(certificate, key, EVP_sha256()), "signature");
	return certificate;
}

static struct span pem_of(struct arena *arena, X509 *certificate)
{
	BIO *bio = BIO_new(BIO_s_mem());
	struct span pem;
	char *at;
	long size;

	must(bio != NULL && PEM_write_bio_X509(bio, certificate), "PEM");
	size = BIO_get_mem_data(bio, &at);
	pem = span_copy(arena, span_bytes(at, (size_t)size));
	BIO_free(bio);
	return pem;
}

SSL_CTX *certificate_make(struct arena *arena, const char *names, struct span *pem)
{
	SSL_CTX *context = SSL_CTX_new(TLS_server_method());
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *certificate;

	must(context != NULL && key != NULL, "P-256");
	certificate = certify(arena, key, names);
	must((int)SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION), "TLS 1.2");
	must(SSL_CTX_use_certificate(context, certificate), "certificate");
	must(SSL_CTX_use_PrivateKey(context, key), "private key");
	*pem = pem_of(arena, certificate);
	X509_free(certificate);
	EVP_PKEY_free(key);
	return context;
}
