// The statements, each prepared once on a connection.

export const tool = {
  name: "tool",
  text: `
    SELECT t.id, t.role FROM access_token t JOIN staff_member m ON m.id = t.created_by_id
    WHERE t.secret_hash = $1 AND t.expires_at > now() AND m.active AND m.role = 'ADMIN'`,
};

export const session = {
  name: "session",
  text: `
    SELECT s.id, s.reference_id FROM session s JOIN login l ON l.id = s.login_id AND l.epoch = s.epoch
    WHERE s.token_hash = $1 AND NOT s.cookie AND s.expires_at > now()
      AND s.last_seen_at > now() - interval '480 minutes'`,
};

export const customers = {
  name: "customers",
  text: `
    SELECT id, name, number_key, active FROM customer
    WHERE (number_key, id) > ($1, $2) ORDER BY number_key, id LIMIT $3`,
};

export const references = {
  name: "references",
  text: `
    SELECT r.* FROM unnest($1::bigint[]) AS c (id) CROSS JOIN LATERAL (
      SELECT id, customer_id, name, name_key, has_password, internet_user FROM reference
      WHERE customer_id = c.id ORDER BY name_key, id LIMIT $2
    ) r`,
};

export const viewer = {
  name: "viewer",
  text: `
    SELECT r.name, r.email, c.name AS customer_name, o.permissions, r.denied_permissions
    FROM reference r JOIN customer c ON c.id = r.customer_id
    JOIN internet_order_settings o ON o.id = COALESCE(
      r.settings_id, c.settings_id, (SELECT id FROM internet_order_settings WHERE is_default))
    WHERE r.id = $1`,
};
