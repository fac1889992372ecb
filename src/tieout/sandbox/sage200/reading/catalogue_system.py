"""Readable resources of the system: couriers, e-mails that wait, users, words for people and for analysis."""

from __future__ import annotations

from tieout.sandbox.sage200.reading.catalogue_general import STAMPS, stamps
from tieout.sandbox.sage200.reading.resources import Resource, fields, one

# Sage's definition gives `analysis_code_id` the shape of the code itself; the code is shown once, under its own name.
_ANALYSIS_CODE = (
    "json_object('id', a.id, 'name', a.name, 'allow_overtype', json('true'), 'allow_new_on_entry', json('true'), "
    "'values', (SELECT json_group_array(json_object('id', v.id, 'analysis_code_id', v.analysis_code_id, 'value', "
    "v.value, 'is_default', json(CASE v.is_default WHEN 1 THEN 'true' ELSE 'false' END), 'date_time_created', "
    "v.created, 'date_time_updated', v.updated)) FROM analysis_value v WHERE v.analysis_code_id = a.id), "
    "'date_time_created', a.created, 'date_time_updated', a.updated)"
)

SYSTEM = (
    Resource(
        name="analysis_code_mappings",
        source="analysis_mapping m JOIN analysis_code a ON a.id = m.analysis_code_id",
        order="m.id",
        fields=fields(
            "m",
            "id:i class_name:s friendly_class_name:s property_name:s friendly_property_name:s is_mandatory:b+ "
            f"is_read_only:b slot:i analysis_code:o {STAMPS}",
            friendly_class_name="m.friendly",
            property_name="'AnalysisCode' || m.slot",
            friendly_property_name="'Analysis code ' || m.slot",
            is_mandatory="0",
            is_read_only="0",
            analysis_code=_ANALYSIS_CODE,
            **stamps("m"),
        ),
    ),
    Resource(
        name="configurable_terms",
        source="configurable_term t",
        order="t.id",
        single=False,
        fields=fields(
            "t",
            "key:s lower_case_single:s lower_case_plural:s upper_case_single:s upper_case_plural:s",
            key="t.name",
            lower_case_single="lower(t.single)",
            lower_case_plural="lower(t.plural)",
            upper_case_single="t.single",
            upper_case_plural="t.plural",
        ),
    ),
    Resource(
        name="couriers",
        source="courier c",
        order="c.id",
        fields=fields("c", f"id:i name:s website:s tracking_url:s is_default:b {STAMPS}", **stamps("c")),
    ),
    Resource(
        name="flow_states",
        source="flow_state f",
        order="f.id",
        fields=fields("f", f"id:i flow_id:s value:s {STAMPS}", **stamps("f")),
    ),
    Resource(
        name="pending_emails",
        source="pending_email e",
        order="e.id",
        fields=fields(
            "e",
            f"id:i email_type:s email_address:s email_subject:s email_body:s user_number:i user_name:s {STAMPS}",
            **stamps("e"),
        ),
    ),
    Resource(
        name="salutations",
        source="salutation s",
        order="s.id",
        fields=fields("s", f"id:i is_default:b code:s description:s {STAMPS}", **stamps("s")),
    ),
    Resource(name="users", source="sage_user u", order="u.id", fields=fields("u", "id:i name:s")),
    Resource(
        name="trader_contact_roles",
        source="trader_contact_role r",
        order="r.id",
        fields=fields(
            "r",
            "id:i role:s is_default_role:b is_mandatory:b use_for_customer_accounts:b use_for_supplier_accounts:b "
            f"use_with_documents:b {STAMPS}",
            is_default_role="r.is_default",
            use_for_customer_accounts="1",
            use_for_supplier_accounts="r.for_suppliers",
            use_with_documents="1",
            **stamps("r"),
        ),
    ),
    Resource(
        name="document_types",
        source="document_type d",
        order="d.id",
        fields=fields(
            "d",
            f"id:i description:s value:s is_mandatory:b trader_contact_role_id:k used_in_module:s {STAMPS}",
            is_mandatory="0",
            trader_contact_role_id="d.role_id",
            used_in_module="d.module",
            **stamps("d"),
        ),
        children={"trader_contact_role": one("trader_contact_roles", "trader_contact_role_id")},
    ),
    Resource(
        name="document_layouts",
        source="document_layout d",
        order="d.id",
        fields=fields(
            "d",
            f"id:i sys_document_type_id:k name:s layout:s is_default:b {STAMPS}",
            sys_document_type_id="d.document_type_id",
            **stamps("d"),
        ),
    ),
)
