--
-- PostgreSQL database dump
--


-- Dumped from database version 15.18 (Debian 15.18-0+deb12u1)
-- Dumped by pg_dump version 15.18 (Debian 15.18-0+deb12u1)

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: audit; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.audit (
    sequence bigint NOT NULL,
    entry text NOT NULL,
    hash text NOT NULL,
    subject text DEFAULT ''::text NOT NULL COLLATE pg_catalog."C",
    written_by uuid DEFAULT gen_random_uuid() NOT NULL
);


--
-- Name: component_changes; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.component_changes (
    component text NOT NULL COLLATE pg_catalog."C",
    revision bigint NOT NULL,
    change text NOT NULL
);


--
-- Name: components; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.components (
    name text NOT NULL COLLATE pg_catalog."C",
    revision bigint NOT NULL,
    descriptor text NOT NULL
);


--
-- Name: components_in_upgrade; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.components_in_upgrade (
    component text NOT NULL COLLATE pg_catalog."C",
    upgrade text NOT NULL COLLATE pg_catalog."C"
);


--
-- Name: keyed_requests; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.keyed_requests (
    key bytea NOT NULL,
    request text NOT NULL,
    answer text
);


--
-- Name: landed_upgrades; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.landed_upgrades (
    component text NOT NULL COLLATE pg_catalog."C",
    number bigint NOT NULL
);


--
-- Name: ledger; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.ledger (
    is_only boolean DEFAULT true NOT NULL,
    version integer NOT NULL,
    sequence bigint NOT NULL,
    hash text NOT NULL,
    number bigint NOT NULL,
    CONSTRAINT ledger_is_only_check CHECK (is_only)
);


--
-- Name: node_claims; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.node_claims (
    node text NOT NULL COLLATE pg_catalog."C",
    incarnation text NOT NULL COLLATE pg_catalog."C",
    claim bigint NOT NULL
);


--
-- Name: nodes; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.nodes (
    name text NOT NULL COLLATE pg_catalog."C",
    node text NOT NULL
);


--
-- Name: removed_tasks; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.removed_tasks (
    kind text NOT NULL COLLATE pg_catalog."C",
    state integer NOT NULL,
    many bigint NOT NULL
);


--
-- Name: rollback_points; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.rollback_points (
    upgrade text NOT NULL COLLATE pg_catalog."C",
    component text NOT NULL COLLATE pg_catalog."C",
    number bigint NOT NULL,
    taken_at timestamp with time zone NOT NULL,
    point text NOT NULL
);


--
-- Name: settings; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.settings (
    name text NOT NULL COLLATE pg_catalog."C",
    value text NOT NULL
);


--
-- Name: tasks; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.tasks (
    number bigint NOT NULL,
    id text NOT NULL COLLATE pg_catalog."C",
    revision bigint NOT NULL,
    state integer NOT NULL,
    kind text NOT NULL COLLATE pg_catalog."C",
    lane text NOT NULL COLLATE pg_catalog."C",
    priority integer NOT NULL,
    spread_group text NOT NULL COLLATE pg_catalog."C",
    node text COLLATE pg_catalog."C",
    incarnation text COLLATE pg_catalog."C",
    is_ready boolean NOT NULL,
    look_at bigint,
    ended_at bigint,
    request_key bytea,
    standing text NOT NULL,
    request text NOT NULL
);


--
-- Name: tasks_number_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.tasks ALTER COLUMN number ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.tasks_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: tokens; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.tokens (
    id text NOT NULL COLLATE pg_catalog."C",
    created_at timestamp with time zone NOT NULL,
    token text NOT NULL
);


--
-- Name: upgrade_leases; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.upgrade_leases (
    upgrade text NOT NULL COLLATE pg_catalog."C",
    owner text NOT NULL,
    token bigint NOT NULL,
    until timestamp with time zone NOT NULL
);


--
-- Name: upgrades; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.upgrades (
    number bigint NOT NULL,
    id text NOT NULL COLLATE pg_catalog."C",
    revision bigint NOT NULL,
    state text NOT NULL,
    has_ended boolean NOT NULL,
    record text NOT NULL,
    request_key bytea
);


--
-- Data for Name: audit; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.audit VALUES (1, '{"at":"2026-11-02T08:01:00+00:00","who":"theseus","subject":"component mail","from":"Registered","to":"Active","why":"It serves.","evidence":""}', '5ea5c7df4b5c5bc2a8ad65c37d5936b3739039d49a8a6339f373dddd770d3284', '"component mail"', '685772d2-e40e-4d8a-bfd8-e1752c460c08');
INSERT INTO public.audit VALUES (2, '{"at":"2026-11-02T08:03:00+00:00","who":"theseus","subject":"component prices","from":"Registered","to":"Active","why":"It serves.","evidence":""}', '2836b5d2b475b152bda8a0f104995f5ce3e8aae449036d3a0466314d33bffb87', '"component prices"', 'fdfed344-6018-443e-87ea-7e31fd7b7841');
INSERT INTO public.audit VALUES (3, '{"at":"2026-11-02T08:05:00+00:00","who":"theseus","subject":"component quotes","from":"Registered","to":"Active","why":"It serves.","evidence":""}', 'e76717bb69305a9fbf0e3b61e1b11decfc015116159a303c90778ba47f274de7', '"component quotes"', '070ebaf8-0434-432e-8258-831936561b7e');
INSERT INTO public.audit VALUES (4, '{"at":"2026-11-02T08:07:00+00:00","who":"theseus","subject":"component search","from":"Registered","to":"Active","why":"It serves.","evidence":""}', '86eadef4d51380b21b6ef51e24c6e48f1004da579047f45c00a925d05e4caf28', '"component search"', '8e2a622d-2e86-4855-b533-5af6d86782cc');
INSERT INTO public.audit VALUES (5, '{"at":"2026-11-02T08:09:00+00:00","who":"theseus","subject":"component stock","from":"Registered","to":"Active","why":"It serves.","evidence":""}', '9d85509d4251699a46d516e4567d2ad6b181a21e50c075a7024e0d5312130abf', '"component stock"', '6584fd0d-96b9-4e10-b167-c0a6609ec504');
INSERT INTO public.audit VALUES (6, '{"at":"2026-11-02T08:11:00+00:00","who":"theseus","subject":"component taxes","from":"Registered","to":"Active","why":"It serves.","evidence":""}', '7fa76f7da53ea10d1ea53f7721e2f63789feb2cbca6f325e1d5725c0d96eb96f', '"component taxes"', 'af320b76-d4f8-4104-81fc-b0fc63efa728');
INSERT INTO public.audit VALUES (7, '{"at":"2026-11-02T08:12:00+00:00","who":"theseus","subject":"token 1a","from":"","to":"valid","why":"Token for Admin as Admin.","evidence":""}', 'dae75268465a1fcfe95235bb2f0822bd88d40686d348db4883f68c5843b84f78', '"token 1a"', '2ac560a7-42b2-439a-ae33-c31dcbd605e2');
INSERT INTO public.audit VALUES (8, '{"at":"2026-11-02T08:13:00+00:00","who":"theseus","subject":"token 2b","from":"","to":"valid","why":"Token for Operator as Operator.","evidence":""}', '5b3c1d988fc80f47f97c160fb3fbd95d805a7559dfed67a17a0cb444e3d65c8f', '"token 2b"', '22544235-07ea-4c76-9daa-e086b099e05e');
INSERT INTO public.audit VALUES (9, '{"at":"2026-11-02T08:14:00+00:00","who":"theseus","subject":"token 3c","from":"","to":"valid","why":"Token for Viewer as Viewer.","evidence":""}', 'c1d5c7e092a427a9cb8515bff4d9c41a3790a372b631da489ef6d9d3cf902e10', '"token 3c"', '31d5321c-1e1c-49da-ad76-5ef3a059fd11');
INSERT INTO public.audit VALUES (10, '{"at":"2026-11-02T08:16:00+00:00","who":"Admin","subject":"token 3c","from":"valid","to":"revoked","why":"Token of Viewer as Viewer.","evidence":""}', '399cf95ac5b2fe7abc45837e87e1783ee5b60f9ce241382fc3c29c1eb7e3ca59', '"token 3c"', '544c72f0-6a57-4082-a68a-1aa3d3c2d3e9');
INSERT INTO public.audit VALUES (11, '{"at":"2026-11-02T08:19:00+00:00","who":"operator","subject":"completed","from":"","to":"Pending","why":"Canary upgrade to prices 1.0.0. \u0027completed\u0027 is wanted \u0000 \u2013 \u00FC \uD83D\uDEE0","evidence":""}', '20af05b13c0a568ab8aaf1132bfc0fc281c6ad2dc1109358c208aed063ed19f9', '"completed"', 'ef7d5eab-588b-4b17-bd8a-139746c26348');
INSERT INTO public.audit VALUES (12, '{"at":"2026-11-02T08:21:00+00:00","who":"theseus","subject":"completed","from":"Pending","to":"Validating","why":"","evidence":""}', '02a6b54699065267169339c02120eff45b042cb359915862f4da0e89576faad3', '"completed"', '9f41530b-21fd-42c2-b248-a1e7ee90bc48');
INSERT INTO public.audit VALUES (13, '{"at":"2026-11-02T08:23:00+00:00","who":"theseus","subject":"completed","from":"Validating","to":"Preparing","why":"","evidence":""}', '395897553caf5b6199cd0c49da1447ed00eb7a4f6fccd8e4105df3abc4c43218', '"completed"', '6b72e410-ecdd-4486-afcc-fd29443298b5');
INSERT INTO public.audit VALUES (14, '{"at":"2026-11-02T08:25:00+00:00","who":"theseus","subject":"completed","from":"Preparing","to":"InProgress","why":"","evidence":""}', '9de23de0ef4a531e53ea52f75214ee9fb13b294585dea07ac401b256d852fd0c', '"completed"', '85415b0c-c44c-4614-a0f4-0b0eee1818da');
INSERT INTO public.audit VALUES (15, '{"at":"2026-11-02T08:28:00+00:00","who":"theseus","subject":"completed","from":"InProgress","to":"Confirming","why":"","evidence":""}', 'c2aee74076b3f3b84d9e506c0acd65f556f69dfdb387bc5ff5553caf0988c433', '"completed"', '99a41f34-1631-4458-a78c-0269953ab4bc');
INSERT INTO public.audit VALUES (16, '{"at":"2026-11-02T08:31:00+00:00","who":"theseus","subject":"completed","from":"Confirming","to":"Completed","why":"","evidence":""}', '2801a315b94c6e09a44712755646201102c8bbe452c1353444551baa05949915', '"completed"', '993614f4-9300-456e-970d-78a3c5f271cb');
INSERT INTO public.audit VALUES (17, '{"at":"2026-11-02T08:34:00+00:00","who":"operator","subject":"rolled-back","from":"","to":"Pending","why":"Rolling upgrade to taxes 1.5.0. \u0027rolled-back\u0027 is wanted \u0000 \u2013 \u00FC \uD83D\uDEE0","evidence":""}', '7c27be1a15051ebb0fbfa078b54170b80b846434e3f60e22eb37b080c6cb2892', '"rolled-back"', 'ff0f84be-6785-4167-aabf-2abfa071f370');
INSERT INTO public.audit VALUES (18, '{"at":"2026-11-02T08:36:00+00:00","who":"theseus","subject":"rolled-back","from":"Pending","to":"Validating","why":"","evidence":""}', 'b4751690a74c11aabeb7ddfa7fbb8e922ee62f948d65a53fa93a51f03bf6d633', '"rolled-back"', '9ef28fed-09e8-483e-bca4-1d3e9620a8a2');
INSERT INTO public.audit VALUES (19, '{"at":"2026-11-02T08:38:00+00:00","who":"theseus","subject":"rolled-back","from":"Validating","to":"Preparing","why":"","evidence":""}', '84335130084ce6f3dc887aad2d930e4d954d7a3743f3762f5f028ba3aec002e7', '"rolled-back"', '1a56e88c-aa85-493b-8b2d-1dff5f428869');
INSERT INTO public.audit VALUES (20, '{"at":"2026-11-02T08:40:00+00:00","who":"theseus","subject":"rolled-back","from":"Preparing","to":"InProgress","why":"","evidence":""}', 'eedf18690d93f2736fa8111cfd8995e56b608ed47188eb8fa0e1675c6bffde19', '"rolled-back"', '4b0ded38-b119-41cf-a60b-78d4feed46c0');
INSERT INTO public.audit VALUES (21, '{"at":"2026-11-02T08:43:00+00:00","who":"theseus","subject":"rolled-back","from":"InProgress","to":"RollingBack","why":"It did not go well.","evidence":"7 of 120 calls failed"}', 'c97e177a9ea495e4a6865cdb4900c8ebae584b636614a78136d57e3802a7ae68', '"rolled-back"', '5ee1e1ad-3d35-4104-8197-089fe21c17ac');
INSERT INTO public.audit VALUES (22, '{"at":"2026-11-02T08:46:00+00:00","who":"theseus","subject":"rolled-back","from":"RollingBack","to":"RolledBack","why":"","evidence":""}', 'ae4e1a21ab53c0af97d76be197ddb51266237ce170e5bab239f5ec0c38371e1e', '"rolled-back"', '3f2c41c7-ce6f-4be7-8d06-de5367a5e2c2');
INSERT INTO public.audit VALUES (23, '{"at":"2026-11-02T08:49:00+00:00","who":"operator","subject":"rollback-failed","from":"","to":"Pending","why":"Immediate upgrade to stock 1.5.0. \u0027rollback-failed\u0027 is wanted \u0000 \u2013 \u00FC \uD83D\uDEE0","evidence":""}', '5d3159251e5a7ef2802a81e32a263c7b719d63f5b720aad2c33f50ead425948b', '"rollback-failed"', '2cb3512f-0ba0-4b1c-b192-4212c7c9fd4c');
INSERT INTO public.audit VALUES (24, '{"at":"2026-11-02T08:51:00+00:00","who":"theseus","subject":"rollback-failed","from":"Pending","to":"Validating","why":"","evidence":""}', 'be317b3b1d60aa4bc0fc55a2e54753e384837a89382d281bdecd1c8c5f95b097', '"rollback-failed"', '0cf727e6-cdc6-4a9a-894c-3ced394e6b09');
INSERT INTO public.audit VALUES (25, '{"at":"2026-11-02T08:53:00+00:00","who":"theseus","subject":"rollback-failed","from":"Validating","to":"Preparing","why":"","evidence":""}', '5e984c544dd63f23ee6e44cd9b98d1aa219dda73632ca922551eb8938a0415b4', '"rollback-failed"', '6104345e-6ff1-409d-ae87-7ca7e7fe3a59');
INSERT INTO public.audit VALUES (26, '{"at":"2026-11-02T08:55:00+00:00","who":"theseus","subject":"rollback-failed","from":"Preparing","to":"InProgress","why":"","evidence":""}', 'bb0a59892801aa22a10e07dd58a8603853c73a1ec332cdb7aeacd122e12653a5', '"rollback-failed"', '5ee11f42-9d77-45ce-b365-b96365edc366');
INSERT INTO public.audit VALUES (27, '{"at":"2026-11-02T08:58:00+00:00","who":"theseus","subject":"rollback-failed","from":"InProgress","to":"RollingBack","why":"It did not go well.","evidence":"7 of 120 calls failed"}', '3e7dc93f752e5dcdbab817d9ed797d6ecb7db4bad2a90a3c43249c904d86a3be', '"rollback-failed"', 'f72f6392-8549-4782-b9c6-34fe6c78b2df');
INSERT INTO public.audit VALUES (28, '{"at":"2026-11-02T09:01:00+00:00","who":"theseus","subject":"rollback-failed","from":"RollingBack","to":"RollbackFailed","why":"It did not go well.","evidence":""}', '2ef0bb2afcac15016b749618ce42ea0687f9aa4f51913f1c293e8d3e10b8a669', '"rollback-failed"', 'de2cb33c-e179-4a02-a2c3-cc29fe09353f');
INSERT INTO public.audit VALUES (29, '{"at":"2026-11-02T09:04:00+00:00","who":"operator","subject":"failed","from":"","to":"Pending","why":"Immediate upgrade to search 1.5.0. \u0027failed\u0027 is wanted \u0000 \u2013 \u00FC \uD83D\uDEE0","evidence":""}', '222e94d88cfc50194d5059285ea4be8c0e8160a14288a2a7b933391cc911fa3c', '"failed"', '6e7785c8-607a-4f26-8e9b-757fddcdf802');
INSERT INTO public.audit VALUES (30, '{"at":"2026-11-02T09:06:00+00:00","who":"theseus","subject":"failed","from":"Pending","to":"Validating","why":"","evidence":""}', '25c8cb9087ab1cd3e32ad27d3bdf590023d6633b700c97775feab3fd8ffe6658', '"failed"', 'f7d386c3-a5c6-412d-92e9-bed4e7157cb6');
INSERT INTO public.audit VALUES (31, '{"at":"2026-11-02T09:09:00+00:00","who":"theseus","subject":"failed","from":"Validating","to":"Failed","why":"It did not go well.","evidence":""}', 'dadeb3740e4266519b4935ea64d5b6e54b2033fe2e9ba2e8e2a525a391380a5d', '"failed"', 'd77464f9-8d53-4848-aa3b-c416f7d31e60');
INSERT INTO public.audit VALUES (32, '{"at":"2026-11-02T09:12:00+00:00","who":"operator","subject":"cancelled","from":"","to":"Pending","why":"BlueGreen upgrade to mail 1.5.0. \u0027cancelled\u0027 is wanted \u0000 \u2013 \u00FC \uD83D\uDEE0","evidence":""}', '31e5fca3b9eb6eff76e87786d76f1c39f28459a41708f0c1b8e878cf754dd5b2', '"cancelled"', '0b10c88c-2ae6-4691-920e-e507842bde84');
INSERT INTO public.audit VALUES (33, '{"at":"2026-11-02T09:14:00+00:00","who":"theseus","subject":"cancelled","from":"Pending","to":"Validating","why":"","evidence":""}', 'c4c19fc99dc7cd4537101d55a2e753af493ab40132ededb19c6dd62cc4108df5', '"cancelled"', '8298b860-7c8a-43c1-a71a-84aa61afdf27');
INSERT INTO public.audit VALUES (34, '{"at":"2026-11-02T09:16:00+00:00","who":"theseus","subject":"cancelled","from":"Validating","to":"AwaitingApproval","why":"","evidence":""}', 'a138bad8395d2f720fa9e6dbbc808ea7056d86fddbfd63720ca1353b4f200bb2', '"cancelled"', '87376f04-2a30-4cfc-be82-2404436995fe');
INSERT INTO public.audit VALUES (35, '{"at":"2026-11-02T09:19:00+00:00","who":"operator","subject":"cancelled","from":"AwaitingApproval","to":"Cancelled","why":"","evidence":""}', '92f1a33792ba9fd84a52ef5cf4f4481940205570f9b1866f6475af2ee5bd7e51', '"cancelled"', '1fd787df-7702-4d27-888b-cb1b97fbf523');
INSERT INTO public.audit VALUES (36, '{"at":"2026-11-02T09:20:00+00:00","who":"operator","subject":"line","from":"running","to":"stopped","why":"smoke in the hall","evidence":""}', 'c178ec603fc035aeb1e9d2144b14b691b85a88b70a397851326d1fee4ee84105', '"line"', '18fa0d19-9eff-420b-a61a-19c1b53ecd9e');
INSERT INTO public.audit VALUES (37, '{"at":"2026-11-02T09:21:00+00:00","who":"operator","subject":"line","from":"stopped","to":"running","why":"it was a toaster","evidence":""}', '9fff0f4ce750aa92dc9cd73bad74c6705c5a893ed32472a0af442a22fa0ca2e7', '"line"', '4351f996-1650-4291-a4dd-fe49074a56ba');
INSERT INTO public.audit VALUES (38, '{"at":"2026-11-02T09:24:00+00:00","who":"operator","subject":"in-progress","from":"","to":"Pending","why":"Canary upgrade to prices 2.0.0. \u0027in-progress\u0027 is wanted \u0000 \u2013 \u00FC \uD83D\uDEE0","evidence":""}', '271afa564f8c896cdcc3a76c1b1e898c7c339e25325e03ae2013b4bf0e528595', '"in-progress"', '763a9ba9-f538-4621-9e6b-9c86c07ed4a8');
INSERT INTO public.audit VALUES (39, '{"at":"2026-11-02T09:26:00+00:00","who":"theseus","subject":"in-progress","from":"Pending","to":"Validating","why":"","evidence":""}', '85627a92cb76a93c071677d7789c4a5471830d20ab5cc1bf4e9ba0144e00a376', '"in-progress"', 'f7272d5b-69ef-40e4-bf4c-fbda32db69da');
INSERT INTO public.audit VALUES (40, '{"at":"2026-11-02T09:28:00+00:00","who":"theseus","subject":"in-progress","from":"Validating","to":"Preparing","why":"","evidence":""}', 'ad2b181567545d63a2e78dc0e54c309796f6dbfc5c454502a557de953eb7a6c8', '"in-progress"', '62aa0c09-32d9-489a-8198-f3e8cb51c8cf');
INSERT INTO public.audit VALUES (41, '{"at":"2026-11-02T09:30:00+00:00","who":"theseus","subject":"in-progress","from":"Preparing","to":"InProgress","why":"","evidence":""}', '7351723ab9685b5aa854d679f4e6fd9a46814ebb1a7a6bf902a5e603d796f835', '"in-progress"', 'a5df4818-b85e-46ca-94a7-5d507a897fb5');
INSERT INTO public.audit VALUES (42, '{"at":"2026-11-02T09:34:00+00:00","who":"operator","subject":"paused","from":"","to":"Pending","why":"Gradual upgrade to taxes 2.0.0. \u0027paused\u0027 is wanted \u0000 \u2013 \u00FC \uD83D\uDEE0","evidence":""}', 'b7416af82eab9a8585a243f77b0c76b03aafa4b26e59ee1ef2ae929a4112bce4', '"paused"', '4ca15148-5877-4512-a8d0-1e47b6b756e5');
INSERT INTO public.audit VALUES (43, '{"at":"2026-11-02T09:36:00+00:00","who":"theseus","subject":"paused","from":"Pending","to":"Validating","why":"","evidence":""}', '5292f42cedf84049852ed184ba1c788a6dc4757729b6a827ddc36019d3caa2f4', '"paused"', 'e70aaa53-3a48-4954-b813-015e8e5cb221');
INSERT INTO public.audit VALUES (44, '{"at":"2026-11-02T09:38:00+00:00","who":"theseus","subject":"paused","from":"Validating","to":"Preparing","why":"","evidence":""}', '412ccdf5cb6310923ee2599baed03a68dac889111812cbe8ca0a11a4922b4986', '"paused"', 'ccc1df50-a1d3-4859-b86e-4a551b1aac8f');
INSERT INTO public.audit VALUES (45, '{"at":"2026-11-02T09:40:00+00:00","who":"theseus","subject":"paused","from":"Preparing","to":"InProgress","why":"","evidence":""}', '54837f8b1a15dab17a8acf7c25c754ecfe2b785d24094607b8c9333ca8a80620', '"paused"', '4607fc4f-8cc7-4f3c-8366-1ddfd0ee1f97');
INSERT INTO public.audit VALUES (46, '{"at":"2026-11-02T09:43:00+00:00","who":"operator","subject":"paused","from":"InProgress","to":"Paused","why":"","evidence":""}', '9f7ff5b5c658c0393b1069be8b9b71f9241667e07ff7cf0feee54ee0fbf9ceea', '"paused"', '2cd6f9f6-8571-45e9-a6a5-5d1d38b3e2ca');
INSERT INTO public.audit VALUES (47, '{"at":"2026-11-02T09:46:00+00:00","who":"operator","subject":"awaiting","from":"","to":"Pending","why":"BlueGreen upgrade to stock 2.0.0. \u0027awaiting\u0027 is wanted \u0000 \u2013 \u00FC \uD83D\uDEE0","evidence":""}', 'fbe52813ab7052c810c40f6f785a006d63e78d999fedae9a7f03537ba09064bf', '"awaiting"', '82998e0a-b0f9-420f-a9f8-d20e8105cf39');
INSERT INTO public.audit VALUES (48, '{"at":"2026-11-02T09:48:00+00:00","who":"theseus","subject":"awaiting","from":"Pending","to":"Validating","why":"","evidence":""}', '4f8cb8c53f8bae3967d8790ef8b12274c3ca15479b125e83553569ec968ecdf2', '"awaiting"', '4a8094c9-97a2-4921-bfa9-968d43051393');
INSERT INTO public.audit VALUES (49, '{"at":"2026-11-02T09:50:00+00:00","who":"theseus","subject":"awaiting","from":"Validating","to":"AwaitingApproval","why":"","evidence":""}', '351d460eec4d037f05ae10ffd2c80e941b5b4c76a1155b6f9db6bd74e70aa65e', '"awaiting"', '44af51ba-ab4f-4fe2-a827-5e4ef424a91e');
INSERT INTO public.audit VALUES (50, '{"at":"2026-11-02T09:53:00+00:00","who":"operator","subject":"rolling-back","from":"","to":"Pending","why":"Rolling upgrade to search 2.0.0. \u0027rolling-back\u0027 is wanted \u0000 \u2013 \u00FC \uD83D\uDEE0","evidence":""}', '4807672901387d450bdfddc61218ab388f297e49aa18734a2192a612d7141908', '"rolling-back"', 'b3dd171c-f418-45b8-a1dd-7e4c753a85fe');
INSERT INTO public.audit VALUES (51, '{"at":"2026-11-02T09:55:00+00:00","who":"theseus","subject":"rolling-back","from":"Pending","to":"Validating","why":"","evidence":""}', '25e6f5783823dd8ffb3e67cd0d9a3da426de34a5680f56342594c656c56ea74d', '"rolling-back"', '782c6a44-a88c-4bed-afc2-351ff91a92d0');
INSERT INTO public.audit VALUES (52, '{"at":"2026-11-02T09:57:00+00:00","who":"theseus","subject":"rolling-back","from":"Validating","to":"Preparing","why":"","evidence":""}', 'd68325b3298723c19009d56cd11079d71124b47f0f208817fa345fcf4ced08ca', '"rolling-back"', '4fafad58-ba7a-4512-b901-5c0440efedfe');
INSERT INTO public.audit VALUES (53, '{"at":"2026-11-02T09:59:00+00:00","who":"theseus","subject":"rolling-back","from":"Preparing","to":"InProgress","why":"","evidence":""}', 'ab4a281d76f2d7159076b4d1bc2bfe3cfe7792420690700d03347ae67dab7f55', '"rolling-back"', '9838ae66-d3ca-43f5-a36e-f9345423a351');
INSERT INTO public.audit VALUES (54, '{"at":"2026-11-02T10:02:00+00:00","who":"theseus","subject":"rolling-back","from":"InProgress","to":"RollingBack","why":"It did not go well.","evidence":"7 of 120 calls failed"}', '3ef232756b457a2ca08fc021a32b66743d7ddb3b96c0022b414cea8ed58b7502', '"rolling-back"', 'e0f40afe-d88f-4cda-8e93-fee894f2fc4e');
INSERT INTO public.audit VALUES (55, '{"at":"2026-11-02T10:05:00+00:00","who":"operator","subject":"confirming","from":"","to":"Pending","why":"Immediate upgrade to quotes 2.0.0. \u0027confirming\u0027 is wanted \u0000 \u2013 \u00FC \uD83D\uDEE0","evidence":""}', '5526504678e3bb80dd5f69d8fec9f2d0550469a627139318acde6682054b6af0', '"confirming"', '65cb37ab-ea0e-4669-8798-db7692e03acf');
INSERT INTO public.audit VALUES (56, '{"at":"2026-11-02T10:07:00+00:00","who":"theseus","subject":"confirming","from":"Pending","to":"Validating","why":"","evidence":""}', 'df0bae54aebbb99353c2bbf936e08109a1519a7c821c5ed41795ef58750d9308', '"confirming"', '5e8c9ebb-3286-4af6-a71f-c9dba0a86288');
INSERT INTO public.audit VALUES (57, '{"at":"2026-11-02T10:09:00+00:00","who":"theseus","subject":"confirming","from":"Validating","to":"Preparing","why":"","evidence":""}', '383f267edd43dec29a9e90e7c1e84d6c664fff7674aa0f8481267421ab7aae60', '"confirming"', '56e50892-bd7f-48b5-90a4-14bc5eeb0c77');
INSERT INTO public.audit VALUES (58, '{"at":"2026-11-02T10:11:00+00:00","who":"theseus","subject":"confirming","from":"Preparing","to":"InProgress","why":"","evidence":""}', '4b3621b3f6c509e893a1840b157cf659dbcf861b3dfc034f267c10022c5a658c', '"confirming"', 'c71d7916-e5a0-4f02-bf22-92d70188c92f');
INSERT INTO public.audit VALUES (59, '{"at":"2026-11-02T10:14:00+00:00","who":"theseus","subject":"confirming","from":"InProgress","to":"Confirming","why":"","evidence":""}', '3b59372b1f4184b7b22810e580960efbc713e0186ba913f33a509b6a5832e145', '"confirming"', '901b4f91-e2e2-4dba-9141-c1ea349f0df0');
INSERT INTO public.audit VALUES (60, '{"at":"2026-11-02T10:17:00+00:00","who":"operator","subject":"pending","from":"","to":"Pending","why":"Immediate upgrade to mail 2.0.0. \u0027pending\u0027 is wanted \u0000 \u2013 \u00FC \uD83D\uDEE0","evidence":""}', 'c9744d25dc8ce14b6d5eb7db23b4d60b72527f48f8ee1934381c5f1f4375c114', '"pending"', 'c0df0d6f-5260-4557-8efc-32135225eb50');


--
-- Data for Name: component_changes; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.component_changes VALUES ('mail', 1, '{"component":"mail","revision":1,"when":"2026-11-02T08:00:00+00:00","to":"Registered","why":"A node has it."}');
INSERT INTO public.component_changes VALUES ('mail', 2, '{"component":"mail","revision":2,"when":"2026-11-02T08:01:00+00:00","from":"Registered","to":"Active","toVersion":"1.0.0","why":"It serves."}');
INSERT INTO public.component_changes VALUES ('prices', 1, '{"component":"prices","revision":1,"when":"2026-11-02T08:02:00+00:00","to":"Registered","why":"A node has it."}');
INSERT INTO public.component_changes VALUES ('prices', 2, '{"component":"prices","revision":2,"when":"2026-11-02T08:03:00+00:00","from":"Registered","to":"Active","toVersion":"1.0.0","why":"It serves."}');
INSERT INTO public.component_changes VALUES ('quotes', 1, '{"component":"quotes","revision":1,"when":"2026-11-02T08:04:00+00:00","to":"Registered","why":"A node has it."}');
INSERT INTO public.component_changes VALUES ('quotes', 2, '{"component":"quotes","revision":2,"when":"2026-11-02T08:05:00+00:00","from":"Registered","to":"Active","toVersion":"1.0.0","why":"It serves."}');
INSERT INTO public.component_changes VALUES ('search', 1, '{"component":"search","revision":1,"when":"2026-11-02T08:06:00+00:00","to":"Registered","why":"A node has it."}');
INSERT INTO public.component_changes VALUES ('search', 2, '{"component":"search","revision":2,"when":"2026-11-02T08:07:00+00:00","from":"Registered","to":"Active","toVersion":"1.0.0","why":"It serves."}');
INSERT INTO public.component_changes VALUES ('stock', 1, '{"component":"stock","revision":1,"when":"2026-11-02T08:08:00+00:00","to":"Registered","why":"A node has it."}');
INSERT INTO public.component_changes VALUES ('stock', 2, '{"component":"stock","revision":2,"when":"2026-11-02T08:09:00+00:00","from":"Registered","to":"Active","toVersion":"1.0.0","why":"It serves."}');
INSERT INTO public.component_changes VALUES ('taxes', 1, '{"component":"taxes","revision":1,"when":"2026-11-02T08:10:00+00:00","to":"Registered","why":"A node has it."}');
INSERT INTO public.component_changes VALUES ('taxes', 2, '{"component":"taxes","revision":2,"when":"2026-11-02T08:11:00+00:00","from":"Registered","to":"Active","toVersion":"1.0.0","why":"It serves."}');


--
-- Data for Name: components; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.components VALUES ('mail', 2, '{"name":"mail","packageId":"mail","contract":{"type":"Shop.Imail","assembly":"Shop.Contract","version":"1.0.0"},"currentVersion":"1.0.0","lifecycle":"Active","dependencies":[],"upgradePaths":[],"isHotSwappable":true,"state":{"kind":"None","schema":0,"migrations":[]},"healthCheck":{"timeout":"00:00:05","interval":"00:00:10","failureThreshold":3},"resources":{"memoryMebibytes":0,"millicores":0},"criticality":"Medium","labels":{"team":"shop"},"blocked":[],"revision":2}');
INSERT INTO public.components VALUES ('prices', 2, '{"name":"prices","packageId":"prices","contract":{"type":"Shop.Iprices","assembly":"Shop.Contract","version":"1.0.0"},"currentVersion":"1.0.0","lifecycle":"Active","dependencies":[],"upgradePaths":[],"isHotSwappable":true,"state":{"kind":"None","schema":0,"migrations":[]},"healthCheck":{"timeout":"00:00:05","interval":"00:00:10","failureThreshold":3},"resources":{"memoryMebibytes":0,"millicores":0},"criticality":"Critical","labels":{"team":"shop"},"blocked":[],"revision":2}');
INSERT INTO public.components VALUES ('quotes', 2, '{"name":"quotes","packageId":"quotes","contract":{"type":"Shop.Iquotes","assembly":"Shop.Contract","version":"1.0.0"},"currentVersion":"1.0.0","lifecycle":"Active","dependencies":[{"component":"prices","range":"[1.0.0, 3.0.0)"}],"upgradePaths":[],"isHotSwappable":true,"state":{"kind":"None","schema":0,"migrations":[]},"healthCheck":{"timeout":"00:00:05","interval":"00:00:10","failureThreshold":3},"resources":{"memoryMebibytes":0,"millicores":0},"criticality":"Medium","labels":{"team":"shop"},"blocked":[],"revision":2}');
INSERT INTO public.components VALUES ('search', 2, '{"name":"search","packageId":"search","contract":{"type":"Shop.Isearch","assembly":"Shop.Contract","version":"1.0.0"},"currentVersion":"1.0.0","lifecycle":"Active","dependencies":[],"upgradePaths":[],"isHotSwappable":true,"state":{"kind":"None","schema":0,"migrations":[]},"healthCheck":{"timeout":"00:00:05","interval":"00:00:10","failureThreshold":3},"resources":{"memoryMebibytes":0,"millicores":0},"criticality":"Medium","labels":{"team":"shop"},"blocked":[],"revision":2}');
INSERT INTO public.components VALUES ('stock', 2, '{"name":"stock","packageId":"stock","contract":{"type":"Shop.Istock","assembly":"Shop.Contract","version":"1.0.0"},"currentVersion":"1.0.0","lifecycle":"Active","dependencies":[],"upgradePaths":[],"isHotSwappable":true,"state":{"kind":"None","schema":0,"migrations":[]},"healthCheck":{"timeout":"00:00:05","interval":"00:00:10","failureThreshold":3},"resources":{"memoryMebibytes":0,"millicores":0},"criticality":"Medium","labels":{"team":"shop"},"blocked":[],"revision":2}');
INSERT INTO public.components VALUES ('taxes', 2, '{"name":"taxes","packageId":"taxes","contract":{"type":"Shop.Itaxes","assembly":"Shop.Contract","version":"1.0.0"},"currentVersion":"1.0.0","lifecycle":"Active","dependencies":[],"upgradePaths":[],"isHotSwappable":true,"state":{"kind":"None","schema":0,"migrations":[]},"healthCheck":{"timeout":"00:00:05","interval":"00:00:10","failureThreshold":3},"resources":{"memoryMebibytes":0,"millicores":0},"criticality":"Medium","labels":{"team":"shop"},"blocked":[],"revision":2}');


--
-- Data for Name: components_in_upgrade; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.components_in_upgrade VALUES ('prices', 'in-progress');
INSERT INTO public.components_in_upgrade VALUES ('taxes', 'paused');
INSERT INTO public.components_in_upgrade VALUES ('stock', 'awaiting');
INSERT INTO public.components_in_upgrade VALUES ('search', 'rolling-back');
INSERT INTO public.components_in_upgrade VALUES ('quotes', 'confirming');
INSERT INTO public.components_in_upgrade VALUES ('mail', 'pending');


--
-- Data for Name: keyed_requests; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: landed_upgrades; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.landed_upgrades VALUES ('prices', 1);
INSERT INTO public.landed_upgrades VALUES ('taxes', 2);
INSERT INTO public.landed_upgrades VALUES ('stock', 3);


--
-- Data for Name: ledger; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.ledger VALUES (true, 3, 60, 'c9744d25dc8ce14b6d5eb7db23b4d60b72527f48f8ee1934381c5f1f4375c114', 11);


--
-- Data for Name: node_claims; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: nodes; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: removed_tasks; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: rollback_points; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.rollback_points VALUES ('completed', 'prices', 1, '2026-11-02 08:26:00+00', '{"upgrade":"completed","number":1,"component":"prices","from":{"version":"0.9.0","digest":"d0.9.0","settings":""},"to":{"version":"1.0.0","digest":"d1.0.0","settings":""},"nodes":[{"node":"node1","stable":{"version":"0.9.0","digest":"d0.9.0","settings":""},"share":0}],"takenAt":"2026-11-02T08:26:00+00:00","irreversible":""}');
INSERT INTO public.rollback_points VALUES ('rolled-back', 'taxes', 2, '2026-11-02 08:41:00+00', '{"upgrade":"rolled-back","number":2,"component":"taxes","from":{"version":"1.0.0","digest":"d1.0.0","settings":""},"to":{"version":"1.5.0","digest":"d1.5.0","settings":""},"nodes":[{"node":"node1","stable":{"version":"1.0.0","digest":"d1.0.0","settings":""},"share":0}],"takenAt":"2026-11-02T08:41:00+00:00","irreversible":""}');
INSERT INTO public.rollback_points VALUES ('rollback-failed', 'stock', 3, '2026-11-02 08:56:00+00', '{"upgrade":"rollback-failed","number":3,"component":"stock","from":{"version":"1.0.0","digest":"d1.0.0","settings":""},"to":{"version":"1.5.0","digest":"d1.5.0","settings":""},"nodes":[{"node":"node1","stable":{"version":"1.0.0","digest":"d1.0.0","settings":""},"share":0}],"takenAt":"2026-11-02T08:56:00+00:00","irreversible":""}');
INSERT INTO public.rollback_points VALUES ('in-progress', 'prices', 6, '2026-11-02 09:31:00+00', '{"upgrade":"in-progress","number":6,"component":"prices","from":{"version":"1.0.0","digest":"d1.0.0","settings":""},"to":{"version":"2.0.0","digest":"d2.0.0","settings":""},"nodes":[{"node":"node1","stable":{"version":"1.0.0","digest":"d1.0.0","settings":""},"share":0}],"takenAt":"2026-11-02T09:31:00+00:00","irreversible":""}');
INSERT INTO public.rollback_points VALUES ('paused', 'taxes', 7, '2026-11-02 09:41:00+00', '{"upgrade":"paused","number":7,"component":"taxes","from":{"version":"1.0.0","digest":"d1.0.0","settings":""},"to":{"version":"2.0.0","digest":"d2.0.0","settings":""},"nodes":[{"node":"node1","stable":{"version":"1.0.0","digest":"d1.0.0","settings":""},"share":0}],"takenAt":"2026-11-02T09:41:00+00:00","irreversible":""}');
INSERT INTO public.rollback_points VALUES ('rolling-back', 'search', 9, '2026-11-02 10:00:00+00', '{"upgrade":"rolling-back","number":9,"component":"search","from":{"version":"1.0.0","digest":"d1.0.0","settings":""},"to":{"version":"2.0.0","digest":"d2.0.0","settings":""},"nodes":[{"node":"node1","stable":{"version":"1.0.0","digest":"d1.0.0","settings":""},"share":0}],"takenAt":"2026-11-02T10:00:00+00:00","irreversible":""}');
INSERT INTO public.rollback_points VALUES ('confirming', 'quotes', 10, '2026-11-02 10:12:00+00', '{"upgrade":"confirming","number":10,"component":"quotes","from":{"version":"1.0.0","digest":"d1.0.0","settings":""},"to":{"version":"2.0.0","digest":"d2.0.0","settings":""},"nodes":[{"node":"node1","stable":{"version":"1.0.0","digest":"d1.0.0","settings":""},"share":0}],"takenAt":"2026-11-02T10:12:00+00:00","irreversible":""}');


--
-- Data for Name: settings; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: tasks; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: tokens; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.tokens VALUES ('1a', '2026-11-02 08:12:00+00', '{"id":"1a","name":"Admin","role":"Admin","secretHash":"5e6464a45edd6cc1f4f4e84b1c26d2e32fb6895d5d7c305dd3866b651f906c5c","createdAt":"2026-11-02T08:12:00+00:00"}');
INSERT INTO public.tokens VALUES ('2b', '2026-11-02 08:13:00+00', '{"id":"2b","name":"Operator","role":"Operator","secretHash":"fe09a372cdb01dac3f8ec7a34a3402d15442b679e771f43fd973519f7f031d40","createdAt":"2026-11-02T08:13:00+00:00","expiresAt":"2076-11-02T08:00:00+00:00"}');
INSERT INTO public.tokens VALUES ('3c', '2026-11-02 08:14:00+00', '{"id":"3c","name":"Viewer","role":"Viewer","secretHash":"05ac37b574f1dc8400c6e520c2984004b315d53a2c2ebbf00d0b8b229c3c01d9","createdAt":"2026-11-02T08:14:00+00:00","revokedAt":"2026-11-02T08:15:00+00:00"}');


--
-- Data for Name: upgrade_leases; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.upgrade_leases VALUES ('in-progress', 'plane one', 1, '2026-11-26 18:35:34.519651+00');
INSERT INTO public.upgrade_leases VALUES ('paused', 'plane one', 1, '2026-11-26 18:35:34.523066+00');


--
-- Data for Name: upgrades; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.upgrades VALUES (1, 'completed', 6, 'Completed', true, '{"id":"completed","number":1,"revision":6,"request":{"targets":[{"component":"prices","version":"1.0.0"}],"parameters":{"strategy":"Canary","nodes":"25%","share":0.5,"observe":"00:00:03","minimumCalls":0,"whenInconclusive":"Pause","prepareDeadline":"00:00:20","activateDeadline":"00:00:10","settleDeadline":"00:00:20","retireDeadline":"00:02:00","shadowFraction":0},"nodes":[],"onFailure":"RollBack","needsApproval":false,"requestedBy":"operator","reason":"\u0027completed\u0027 is wanted \u0000 \u2013 \u00FC \uD83D\uDEE0","restoring":[],"key":"key-completed","isManual":true},"knownNodes":[],"plan":{"moves":[{"component":"prices","from":{"version":"0.9.0","digest":"d0.9.0","settings":""},"to":{"version":"1.0.0","digest":"d1.0.0","settings":""}}],"strategy":"Canary","waves":[{"name":"canary","component":"prices","prepare":["node1"],"activate":[{"node":"node1","share":0.5,"shadowFraction":0}],"observe":"00:00:03","minimumCalls":0},{"name":"the rest","component":"prices","prepare":["node3","node2"],"activate":[{"node":"node1","share":1,"shadowFraction":0},{"node":"node3","share":1,"shadowFraction":0},{"node":"node2","share":1,"shadowFraction":0}],"observe":"00:00:03","minimumCalls":0}],"onFailure":"RollBack","whenInconclusive":"Pause","needsApproval":false,"prepareDeadline":"00:00:20","activateDeadline":"00:00:10","settleDeadline":"00:00:20","retireDeadline":"00:02:00"},"state":"Completed","wave":1,"phase":"Preparing","since":"2026-11-02T08:29:00+00:00","turn":1,"wasActivated":true,"resumesAs":"Pending","endsAs":"Pending","takenBackBy":"","irreversible":"","detail":"","lingering":[],"leftOut":[],"joined":[],"findings":["The release says nothing of its resources."],"verdicts":[{"wave":0,"judgement":"Pass","rule":"health","evidence":"0 of 120 calls failed"}],"requestedAt":"2026-11-02T08:18:00+00:00","endedAt":"2026-11-02T08:30:00+00:00"}', '\x09b69722ce72e86da5ca25e4e6d56c041198ad2d5217f3bc7ae16ba697dd7196');
INSERT INTO public.upgrades VALUES (2, 'rolled-back', 6, 'RolledBack', true, '{"id":"rolled-back","number":2,"revision":6,"request":{"targets":[{"component":"taxes","version":"1.5.0"}],"parameters":{"strategy":"Rolling","batch":"25%","byFailureDomain":true,"observe":"00:00:03","minimumCalls":0,"whenInconclusive":"Pause","prepareDeadline":"00:00:20","activateDeadline":"00:00:10","settleDeadline":"00:00:20","retireDeadline":"00:02:00","shadowFraction":0},"nodes":[],"onFailure":"RollBack","needsApproval":false,"requestedBy":"operator","reason":"\u0027rolled-back\u0027 is wanted \u0000 \u2013 \u00FC \uD83D\uDEE0","restoring":[],"key":"key-rolled-back","isManual":true},"knownNodes":[],"plan":{"moves":[{"component":"taxes","from":{"version":"1.0.0","digest":"d1.0.0","settings":""},"to":{"version":"1.5.0","digest":"d1.5.0","settings":""}}],"strategy":"Rolling","waves":[{"name":"batch 1 of 3","component":"taxes","prepare":["node1"],"activate":[{"node":"node1","share":1,"shadowFraction":0}],"observe":"00:00:03","minimumCalls":0},{"name":"batch 2 of 3","component":"taxes","prepare":["node3"],"activate":[{"node":"node3","share":1,"shadowFraction":0}],"observe":"00:00:03","minimumCalls":0},{"name":"batch 3 of 3","component":"taxes","prepare":["node2"],"activate":[{"node":"node2","share":1,"shadowFraction":0}],"observe":"00:00:03","minimumCalls":0}],"onFailure":"RollBack","whenInconclusive":"Pause","needsApproval":false,"prepareDeadline":"00:00:20","activateDeadline":"00:00:10","settleDeadline":"00:00:20","retireDeadline":"00:02:00"},"state":"RolledBack","wave":0,"phase":"Preparing","since":"2026-11-02T08:44:00+00:00","turn":2,"wasActivated":true,"resumesAs":"Pending","endsAs":"Pending","takenBackBy":"","irreversible":"","detail":"","lingering":[],"leftOut":[],"joined":[],"findings":["The release says nothing of its resources."],"verdicts":[{"wave":0,"judgement":"Fail","rule":"health","evidence":"7 of 120 calls failed"}],"requestedAt":"2026-11-02T08:33:00+00:00","endedAt":"2026-11-02T08:45:00+00:00"}', '\x72aa96132f2fd55cfda8b45fcf7b16d0992b6955d409c0662fce1e8b401d7f05');
INSERT INTO public.upgrades VALUES (3, 'rollback-failed', 6, 'RollbackFailed', true, '{"id":"rollback-failed","number":3,"revision":6,"request":{"targets":[{"component":"stock","version":"1.5.0"}],"parameters":{"strategy":"Immediate","observe":"00:00:03","minimumCalls":0,"whenInconclusive":"Pause","prepareDeadline":"00:00:20","activateDeadline":"00:00:10","settleDeadline":"00:00:20","retireDeadline":"00:02:00","shadowFraction":0},"nodes":[],"onFailure":"RollBack","needsApproval":false,"requestedBy":"operator","reason":"\u0027rollback-failed\u0027 is wanted \u0000 \u2013 \u00FC \uD83D\uDEE0","restoring":[],"key":"key-rollback-failed","isManual":true},"knownNodes":[],"plan":{"moves":[{"component":"stock","from":{"version":"1.0.0","digest":"d1.0.0","settings":""},"to":{"version":"1.5.0","digest":"d1.5.0","settings":""}}],"strategy":"Immediate","waves":[{"name":"everywhere at once","component":"stock","prepare":["node1","node3","node2"],"activate":[{"node":"node1","share":1,"shadowFraction":0},{"node":"node3","share":1,"shadowFraction":0},{"node":"node2","share":1,"shadowFraction":0}],"observe":"00:00:03","minimumCalls":0}],"onFailure":"RollBack","whenInconclusive":"Pause","needsApproval":false,"prepareDeadline":"00:00:20","activateDeadline":"00:00:10","settleDeadline":"00:00:20","retireDeadline":"00:02:00"},"state":"RollbackFailed","wave":0,"phase":"Preparing","since":"2026-11-02T08:59:00+00:00","turn":2,"wasActivated":true,"resumesAs":"Pending","endsAs":"Pending","takenBackBy":"","irreversible":"","detail":"It did not go well.","lingering":[],"leftOut":[],"joined":[],"findings":["The release says nothing of its resources."],"verdicts":[{"wave":0,"judgement":"Fail","rule":"health","evidence":"7 of 120 calls failed"}],"requestedAt":"2026-11-02T08:48:00+00:00","endedAt":"2026-11-02T09:00:00+00:00"}', '\x2cb4020d134256ca130ec40d1f46c1196a4b8c60fd0a5ecddca36195d3b6ad4c');
INSERT INTO public.upgrades VALUES (4, 'failed', 3, 'Failed', true, '{"id":"failed","number":4,"revision":3,"request":{"targets":[{"component":"search","version":"1.5.0"}],"parameters":{"strategy":"Immediate","observe":"00:00:03","minimumCalls":0,"whenInconclusive":"Pause","prepareDeadline":"00:00:20","activateDeadline":"00:00:10","settleDeadline":"00:00:20","retireDeadline":"00:02:00","shadowFraction":0},"nodes":[],"onFailure":"RollBack","needsApproval":false,"requestedBy":"operator","reason":"\u0027failed\u0027 is wanted \u0000 \u2013 \u00FC \uD83D\uDEE0","restoring":[],"key":"key-failed","isManual":true},"knownNodes":[],"state":"Failed","wave":0,"phase":"Preparing","since":"2026-11-02T09:07:00+00:00","turn":1,"wasActivated":false,"resumesAs":"Pending","endsAs":"Pending","takenBackBy":"","irreversible":"","detail":"It did not go well.","lingering":[],"leftOut":[],"joined":[],"findings":["The release says nothing of its resources."],"verdicts":[],"requestedAt":"2026-11-02T09:03:00+00:00","endedAt":"2026-11-02T09:08:00+00:00"}', '\xbd98848ec7d800e9318476122adee55dd8a700bd2485eee56efb0ca692206b68');
INSERT INTO public.upgrades VALUES (8, 'awaiting', 3, 'AwaitingApproval', false, '{"id":"awaiting","number":8,"revision":3,"request":{"targets":[{"component":"stock","version":"2.0.0"}],"parameters":{"strategy":"BlueGreen","warmFor":"00:00:03","observe":"00:00:03","minimumCalls":0,"whenInconclusive":"Pause","prepareDeadline":"00:00:20","activateDeadline":"00:00:10","settleDeadline":"00:00:20","retireDeadline":"00:02:00","shadowFraction":0},"nodes":[],"onFailure":"RollBack","needsApproval":true,"requestedBy":"operator","reason":"\u0027awaiting\u0027 is wanted \u0000 \u2013 \u00FC \uD83D\uDEE0","restoring":[],"key":"key-awaiting","isManual":true},"knownNodes":[],"plan":{"moves":[{"component":"stock","from":{"version":"1.0.0","digest":"d1.0.0","settings":""},"to":{"version":"2.0.0","digest":"d2.0.0","settings":""}}],"strategy":"BlueGreen","waves":[{"name":"ready everywhere","component":"stock","prepare":["node1","node3","node2"],"activate":[],"observe":"00:00:00","minimumCalls":0},{"name":"switch, old release warm","component":"stock","prepare":[],"activate":[{"node":"node1","share":1,"shadowFraction":0},{"node":"node3","share":1,"shadowFraction":0},{"node":"node2","share":1,"shadowFraction":0}],"observe":"00:00:03","minimumCalls":0}],"onFailure":"RollBack","whenInconclusive":"Pause","needsApproval":true,"prepareDeadline":"00:00:20","activateDeadline":"00:00:10","settleDeadline":"00:00:20","retireDeadline":"00:02:00"},"state":"AwaitingApproval","wave":0,"phase":"Preparing","since":"2026-11-02T09:49:00+00:00","turn":1,"wasActivated":false,"resumesAs":"Pending","endsAs":"Pending","takenBackBy":"","irreversible":"","detail":"","lingering":[],"leftOut":[],"joined":[],"findings":["The release says nothing of its resources."],"verdicts":[],"requestedAt":"2026-11-02T09:45:00+00:00"}', '\xb7c467fc9973fbd946840edd31cd6acd3ac4e6921ddbf0f14355ac7cccfcfb7c');
INSERT INTO public.upgrades VALUES (5, 'cancelled', 4, 'Cancelled', true, '{"id":"cancelled","number":5,"revision":4,"request":{"targets":[{"component":"mail","version":"1.5.0"}],"parameters":{"strategy":"BlueGreen","warmFor":"00:00:03","observe":"00:00:03","minimumCalls":0,"whenInconclusive":"Pause","prepareDeadline":"00:00:20","activateDeadline":"00:00:10","settleDeadline":"00:00:20","retireDeadline":"00:02:00","shadowFraction":0},"nodes":[],"onFailure":"RollBack","needsApproval":true,"requestedBy":"operator","reason":"\u0027cancelled\u0027 is wanted \u0000 \u2013 \u00FC \uD83D\uDEE0","restoring":[],"key":"key-cancelled","isManual":true},"knownNodes":[],"plan":{"moves":[{"component":"mail","from":{"version":"1.0.0","digest":"d1.0.0","settings":""},"to":{"version":"1.5.0","digest":"d1.5.0","settings":""}}],"strategy":"BlueGreen","waves":[{"name":"ready everywhere","component":"mail","prepare":["node1","node3","node2"],"activate":[],"observe":"00:00:00","minimumCalls":0},{"name":"switch, old release warm","component":"mail","prepare":[],"activate":[{"node":"node1","share":1,"shadowFraction":0},{"node":"node3","share":1,"shadowFraction":0},{"node":"node2","share":1,"shadowFraction":0}],"observe":"00:00:03","minimumCalls":0}],"onFailure":"RollBack","whenInconclusive":"Pause","needsApproval":true,"prepareDeadline":"00:00:20","activateDeadline":"00:00:10","settleDeadline":"00:00:20","retireDeadline":"00:02:00"},"state":"Cancelled","wave":0,"phase":"Preparing","since":"2026-11-02T09:17:00+00:00","turn":1,"wasActivated":false,"resumesAs":"Pending","endsAs":"Pending","takenBackBy":"","irreversible":"","detail":"","lingering":[],"leftOut":[],"joined":[],"findings":["The release says nothing of its resources."],"verdicts":[],"requestedAt":"2026-11-02T09:11:00+00:00","endedAt":"2026-11-02T09:18:00+00:00"}', '\xdbeacaf679eee129b904c55d74438e01a3108411e372eae098b614c78733c396');
INSERT INTO public.upgrades VALUES (6, 'in-progress', 4, 'InProgress', false, '{"id":"in-progress","number":6,"revision":4,"request":{"targets":[{"component":"prices","version":"2.0.0"}],"parameters":{"strategy":"Canary","nodes":"1","share":0.5,"observe":"00:00:03","minimumCalls":0,"whenInconclusive":"Pause","prepareDeadline":"00:00:20","activateDeadline":"00:00:10","settleDeadline":"00:00:20","retireDeadline":"00:02:00","shadowFraction":0},"nodes":[],"onFailure":"RollBack","needsApproval":false,"requestedBy":"operator","reason":"\u0027in-progress\u0027 is wanted \u0000 \u2013 \u00FC \uD83D\uDEE0","restoring":[],"key":"key-in-progress","isManual":true},"knownNodes":[],"plan":{"moves":[{"component":"prices","from":{"version":"1.0.0","digest":"d1.0.0","settings":""},"to":{"version":"2.0.0","digest":"d2.0.0","settings":""}}],"strategy":"Canary","waves":[{"name":"canary","component":"prices","prepare":["node1"],"activate":[{"node":"node1","share":0.5,"shadowFraction":0}],"observe":"00:00:03","minimumCalls":0},{"name":"the rest","component":"prices","prepare":["node3","node2"],"activate":[{"node":"node1","share":1,"shadowFraction":0},{"node":"node3","share":1,"shadowFraction":0},{"node":"node2","share":1,"shadowFraction":0}],"observe":"00:00:03","minimumCalls":0}],"onFailure":"RollBack","whenInconclusive":"Pause","needsApproval":false,"prepareDeadline":"00:00:20","activateDeadline":"00:00:10","settleDeadline":"00:00:20","retireDeadline":"00:02:00"},"state":"InProgress","wave":0,"phase":"Observing","since":"2026-11-02T09:29:00+00:00","turn":1,"wasActivated":true,"resumesAs":"Pending","endsAs":"Pending","takenBackBy":"","irreversible":"","detail":"","lingering":[],"leftOut":[],"joined":[],"findings":["The release says nothing of its resources."],"verdicts":[],"requestedAt":"2026-11-02T09:23:00+00:00"}', '\x715ba12844e26aca3fd179ef3c39667633706d9b6d938380377f93e8b4ff1cba');
INSERT INTO public.upgrades VALUES (7, 'paused', 5, 'Paused', false, '{"id":"paused","number":7,"revision":5,"request":{"targets":[{"component":"taxes","version":"2.0.0"}],"parameters":{"strategy":"Gradual","steps":[0.01,0.1,0.5,1],"observe":"00:00:03","minimumCalls":0,"whenInconclusive":"Pause","prepareDeadline":"00:00:20","activateDeadline":"00:00:10","settleDeadline":"00:00:20","retireDeadline":"00:02:00","shadowFraction":0},"nodes":[],"onFailure":"RollBack","needsApproval":false,"requestedBy":"operator","reason":"\u0027paused\u0027 is wanted \u0000 \u2013 \u00FC \uD83D\uDEE0","restoring":[],"key":"key-paused","isManual":true},"knownNodes":[],"plan":{"moves":[{"component":"taxes","from":{"version":"1.0.0","digest":"d1.0.0","settings":""},"to":{"version":"2.0.0","digest":"d2.0.0","settings":""}}],"strategy":"Gradual","waves":[{"name":"1 % everywhere","component":"taxes","prepare":["node1","node3","node2"],"activate":[{"node":"node1","share":0.01,"shadowFraction":0},{"node":"node3","share":0.01,"shadowFraction":0},{"node":"node2","share":0.01,"shadowFraction":0}],"observe":"00:00:03","minimumCalls":0},{"name":"10 % everywhere","component":"taxes","prepare":[],"activate":[{"node":"node1","share":0.1,"shadowFraction":0},{"node":"node3","share":0.1,"shadowFraction":0},{"node":"node2","share":0.1,"shadowFraction":0}],"observe":"00:00:03","minimumCalls":0},{"name":"50 % everywhere","component":"taxes","prepare":[],"activate":[{"node":"node1","share":0.5,"shadowFraction":0},{"node":"node3","share":0.5,"shadowFraction":0},{"node":"node2","share":0.5,"shadowFraction":0}],"observe":"00:00:03","minimumCalls":0},{"name":"100 % everywhere","component":"taxes","prepare":[],"activate":[{"node":"node1","share":1,"shadowFraction":0},{"node":"node3","share":1,"shadowFraction":0},{"node":"node2","share":1,"shadowFraction":0}],"observe":"00:00:03","minimumCalls":0}],"onFailure":"RollBack","whenInconclusive":"Pause","needsApproval":false,"prepareDeadline":"00:00:20","activateDeadline":"00:00:10","settleDeadline":"00:00:20","retireDeadline":"00:02:00"},"state":"Paused","wave":0,"phase":"Preparing","since":"2026-11-02T09:42:00+00:00","turn":2,"wasActivated":true,"resumesAs":"InProgress","endsAs":"Pending","takenBackBy":"","irreversible":"","detail":"","lingering":[],"leftOut":[],"joined":[],"findings":["The release says nothing of its resources."],"verdicts":[],"requestedAt":"2026-11-02T09:33:00+00:00"}', '\xc6676eba62202a80853d50a86d6ea2d180c3e18a669a3d5958872448840af404');
INSERT INTO public.upgrades VALUES (9, 'rolling-back', 5, 'RollingBack', false, '{"id":"rolling-back","number":9,"revision":5,"request":{"targets":[{"component":"search","version":"2.0.0"}],"parameters":{"strategy":"Rolling","batch":"1","byFailureDomain":true,"observe":"00:00:03","minimumCalls":0,"whenInconclusive":"Pause","prepareDeadline":"00:00:20","activateDeadline":"00:00:10","settleDeadline":"00:00:20","retireDeadline":"00:02:00","shadowFraction":0},"nodes":[],"onFailure":"RollBack","needsApproval":false,"requestedBy":"operator","reason":"\u0027rolling-back\u0027 is wanted \u0000 \u2013 \u00FC \uD83D\uDEE0","restoring":[],"key":"key-rolling-back","isManual":true},"knownNodes":[],"plan":{"moves":[{"component":"search","from":{"version":"1.0.0","digest":"d1.0.0","settings":""},"to":{"version":"2.0.0","digest":"d2.0.0","settings":""}}],"strategy":"Rolling","waves":[{"name":"batch 1 of 3","component":"search","prepare":["node1"],"activate":[{"node":"node1","share":1,"shadowFraction":0}],"observe":"00:00:03","minimumCalls":0},{"name":"batch 2 of 3","component":"search","prepare":["node3"],"activate":[{"node":"node3","share":1,"shadowFraction":0}],"observe":"00:00:03","minimumCalls":0},{"name":"batch 3 of 3","component":"search","prepare":["node2"],"activate":[{"node":"node2","share":1,"shadowFraction":0}],"observe":"00:00:03","minimumCalls":0}],"onFailure":"RollBack","whenInconclusive":"Pause","needsApproval":false,"prepareDeadline":"00:00:20","activateDeadline":"00:00:10","settleDeadline":"00:00:20","retireDeadline":"00:02:00"},"state":"RollingBack","wave":0,"phase":"Observing","since":"2026-11-02T10:01:00+00:00","turn":2,"wasActivated":true,"resumesAs":"Pending","endsAs":"RolledBack","takenBackBy":"","irreversible":"","detail":"It did not go well.","lingering":[],"leftOut":[],"joined":[],"findings":["The release says nothing of its resources."],"verdicts":[{"wave":0,"judgement":"Fail","rule":"health","evidence":"7 of 120 calls failed"}],"requestedAt":"2026-11-02T09:52:00+00:00"}', '\x9f97de337d1ccd192e5c242414cfebc0500651312dcc6ac7fc08f171a41b0b2d');
INSERT INTO public.upgrades VALUES (10, 'confirming', 5, 'Confirming', false, '{"id":"confirming","number":10,"revision":5,"request":{"targets":[{"component":"quotes","version":"2.0.0"}],"parameters":{"strategy":"Immediate","observe":"00:00:03","minimumCalls":0,"whenInconclusive":"Pause","prepareDeadline":"00:00:20","activateDeadline":"00:00:10","settleDeadline":"00:00:20","retireDeadline":"00:02:00","shadowFraction":0},"nodes":[],"onFailure":"RollBack","needsApproval":false,"requestedBy":"operator","reason":"\u0027confirming\u0027 is wanted \u0000 \u2013 \u00FC \uD83D\uDEE0","restoring":[],"key":"key-confirming","isManual":true},"knownNodes":[],"plan":{"moves":[{"component":"quotes","from":{"version":"1.0.0","digest":"d1.0.0","settings":""},"to":{"version":"2.0.0","digest":"d2.0.0","settings":""}}],"strategy":"Immediate","waves":[{"name":"everywhere at once","component":"quotes","prepare":["node1","node3","node2"],"activate":[{"node":"node1","share":1,"shadowFraction":0},{"node":"node3","share":1,"shadowFraction":0},{"node":"node2","share":1,"shadowFraction":0}],"observe":"00:00:03","minimumCalls":0}],"onFailure":"RollBack","whenInconclusive":"Pause","needsApproval":false,"prepareDeadline":"00:00:20","activateDeadline":"00:00:10","settleDeadline":"00:00:20","retireDeadline":"00:02:00"},"state":"Confirming","wave":0,"phase":"Preparing","since":"2026-11-02T10:13:00+00:00","turn":1,"wasActivated":true,"resumesAs":"Pending","endsAs":"Pending","takenBackBy":"","irreversible":"","detail":"","lingering":[],"leftOut":[],"joined":[],"findings":["The release says nothing of its resources."],"verdicts":[{"wave":0,"judgement":"Pass","rule":"health","evidence":"0 of 120 calls failed"}],"requestedAt":"2026-11-02T10:04:00+00:00"}', '\xed30cd496e1924d6c8f5f892071581af6b96c305a19039cb448830473e364165');
INSERT INTO public.upgrades VALUES (11, 'pending', 1, 'Pending', false, '{"id":"pending","number":11,"revision":1,"request":{"targets":[{"component":"mail","version":"2.0.0"}],"parameters":{"strategy":"Immediate","observe":"00:00:03","minimumCalls":0,"whenInconclusive":"Pause","prepareDeadline":"00:00:20","activateDeadline":"00:00:10","settleDeadline":"00:00:20","retireDeadline":"00:02:00","shadowFraction":0},"nodes":[],"onFailure":"RollBack","needsApproval":false,"requestedBy":"operator","reason":"\u0027pending\u0027 is wanted \u0000 \u2013 \u00FC \uD83D\uDEE0","restoring":[],"key":"key-pending","isManual":true},"knownNodes":[],"state":"Pending","wave":0,"phase":"Preparing","since":"2026-11-02T10:15:00+00:00","turn":1,"wasActivated":false,"resumesAs":"Pending","endsAs":"Pending","takenBackBy":"","irreversible":"","detail":"","lingering":[],"leftOut":[],"joined":[],"findings":[],"verdicts":[],"requestedAt":"2026-11-02T10:16:00+00:00"}', '\xdef047ef13b019d9b266a88fd672f9a26839996b65e96315952324ef8051ac21');


--
-- Name: tasks_number_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.tasks_number_seq', 1, false);


--
-- Name: audit audit_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.audit
    ADD CONSTRAINT audit_pkey PRIMARY KEY (sequence);


--
-- Name: component_changes component_changes_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.component_changes
    ADD CONSTRAINT component_changes_pkey PRIMARY KEY (component, revision);


--
-- Name: components_in_upgrade components_in_upgrade_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.components_in_upgrade
    ADD CONSTRAINT components_in_upgrade_pkey PRIMARY KEY (component);


--
-- Name: components components_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.components
    ADD CONSTRAINT components_pkey PRIMARY KEY (name);


--
-- Name: keyed_requests keyed_requests_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.keyed_requests
    ADD CONSTRAINT keyed_requests_pkey PRIMARY KEY (key);


--
-- Name: landed_upgrades landed_upgrades_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.landed_upgrades
    ADD CONSTRAINT landed_upgrades_pkey PRIMARY KEY (component, number);


--
-- Name: ledger ledger_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.ledger
    ADD CONSTRAINT ledger_pkey PRIMARY KEY (is_only);


--
-- Name: node_claims node_claims_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.node_claims
    ADD CONSTRAINT node_claims_pkey PRIMARY KEY (node, incarnation);


--
-- Name: nodes nodes_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.nodes
    ADD CONSTRAINT nodes_pkey PRIMARY KEY (name);


--
-- Name: removed_tasks removed_tasks_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.removed_tasks
    ADD CONSTRAINT removed_tasks_pkey PRIMARY KEY (kind, state);


--
-- Name: rollback_points rollback_points_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.rollback_points
    ADD CONSTRAINT rollback_points_pkey PRIMARY KEY (component, number);


--
-- Name: settings settings_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.settings
    ADD CONSTRAINT settings_pkey PRIMARY KEY (name);


--
-- Name: tasks tasks_id_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.tasks
    ADD CONSTRAINT tasks_id_key UNIQUE (id);


--
-- Name: tasks tasks_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.tasks
    ADD CONSTRAINT tasks_pkey PRIMARY KEY (number);


--
-- Name: tokens tokens_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.tokens
    ADD CONSTRAINT tokens_pkey PRIMARY KEY (id);


--
-- Name: upgrade_leases upgrade_leases_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.upgrade_leases
    ADD CONSTRAINT upgrade_leases_pkey PRIMARY KEY (upgrade);


--
-- Name: upgrades upgrades_id_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.upgrades
    ADD CONSTRAINT upgrades_id_key UNIQUE (id);


--
-- Name: upgrades upgrades_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.upgrades
    ADD CONSTRAINT upgrades_pkey PRIMARY KEY (number);


--
-- Name: upgrades upgrades_request_key_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.upgrades
    ADD CONSTRAINT upgrades_request_key_key UNIQUE (request_key);


--
-- Name: audit_by_subject; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX audit_by_subject ON public.audit USING btree (subject, sequence);


--
-- Name: tasks_assigned; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX tasks_assigned ON public.tasks USING btree (node, incarnation) WHERE (state = 1);


--
-- Name: tasks_by_key; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX tasks_by_key ON public.tasks USING btree (request_key) WHERE (request_key IS NOT NULL);


--
-- Name: tasks_counted; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX tasks_counted ON public.tasks USING btree (kind, state);


--
-- Name: tasks_dead; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX tasks_dead ON public.tasks USING btree (number) WHERE (state = 3);


--
-- Name: tasks_ended; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX tasks_ended ON public.tasks USING btree (ended_at) WHERE (ended_at IS NOT NULL);


--
-- Name: tasks_ready; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX tasks_ready ON public.tasks USING btree (lane, priority DESC, number) WHERE is_ready;


--
-- Name: tasks_spread; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX tasks_spread ON public.tasks USING btree (spread_group, node) WHERE ((state = 1) AND (spread_group <> ''::text));


--
-- Name: tasks_to_look_at; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX tasks_to_look_at ON public.tasks USING btree (look_at) WHERE (look_at IS NOT NULL);


--
-- Name: upgrades_running; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX upgrades_running ON public.upgrades USING btree (number) WHERE (NOT has_ended);


--
-- PostgreSQL database dump complete
--


