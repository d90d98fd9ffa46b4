using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;
using NuGet.Versioning;
using Theseus.Server.Access;

namespace Theseus.Server.Api;

/// <summary>The document that describes the API, made from the endpoints themselves.</summary>
internal static class ApiDocument
{
    private const string Name = "openapi";

    public static void Add(IServiceCollection services)
    {
        // The document's schemas are made of these.
        services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.PropertyNamingPolicy = ApiJson.Options.PropertyNamingPolicy;
            json.SerializerOptions.NumberHandling = ApiJson.Options.NumberHandling;
            json.SerializerOptions.DefaultIgnoreCondition = ApiJson.Options.DefaultIgnoreCondition;
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, ApiJson.Options.TypeInfoResolver!);
            foreach (var converter in ApiJson.Options.Converters)
            {
                json.SerializerOptions.Converters.Add(converter);
            }
        });
        services.AddOpenApi(Name, options =>
        {
            options.ShouldInclude = endpoint => endpoint.ActionDescriptor.EndpointMetadata.OfType<ApiMark>().Any();
            options.AddSchemaTransformer((schema, context, _) =>
            {
                // What a converter writes as a text cannot be seen from its type.
                if (context.JsonTypeInfo.Type == typeof(NuGetVersion) || context.JsonTypeInfo.Type == typeof(VersionRange))
                {
                    schema.Type = JsonSchemaType.String;
                }

                return Task.CompletedTask;
            });
            options.AddOperationTransformer((operation, context, _) =>
            {
                foreach (var header in context.Description.ActionDescriptor.EndpointMetadata.OfType<HeaderMark>())
                {
                    operation.Parameters ??= [];
                    operation.Parameters.Add(new OpenApiParameter { Name = header.Name, In = ParameterLocation.Header, Description = header.What, Schema = new OpenApiSchema { Type = JsonSchemaType.String } });
                }

                return Task.CompletedTask;
            });
            options.AddDocumentTransformer((document, _, _) =>
            {
                Describe(document);
                return Task.CompletedTask;
            });
        });
    }

    /// <summary>The name of the document is in the path, since that is how it is found.</summary>
    public static void Map(RouteGroupBuilder api) =>
        api.MapOpenApi($"/{{documentName:regex(^{Name}$)}}.json").RequireAuthorization(AccessPolicies.Look);

    private static void Describe(OpenApiDocument document)
    {
        document.Info = new OpenApiInfo
        {
            Title = "Theseus",
            Version = "v1",
            Description = "Live upgrades of components that run. Every error is a problem (RFC 9457) with a code that does not change.",
        };
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>();
        document.Components.SecuritySchemes["token"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "A token: theseus_id_secret." };
        document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference("token", document)] = [] }];
    }
}
